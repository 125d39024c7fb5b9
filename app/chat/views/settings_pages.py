"""What the pages of the desk's settings have in common: which there are."""

PATH = "/staff/chat/settings"
PAGES = (
    (PATH, "Departments"),
    (f"{PATH}/hours", "Opening hours"),
    (f"{PATH}/filters", "Filter rules"),
    (f"{PATH}/keeping", "Keeping"),
)
