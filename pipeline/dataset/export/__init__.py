"""The data set in the layouts that others read: each an export of the one native layout."""
