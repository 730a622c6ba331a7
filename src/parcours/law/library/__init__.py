"""The open files of the official nomenclatures, read into a compact local library that the engine looks codes up in."""
