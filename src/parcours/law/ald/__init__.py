"""The long-term conditions that open full cover: the list, and the durations that the law proposes, by version."""
