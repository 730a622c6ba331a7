"""Papers that this installation made: their verification codes."""
