"""The directory: professionals, their conventions and practices; places, communes, deficit zones and funds."""
