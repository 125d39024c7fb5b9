"""What can be wrong with a message."""

from app.core.errors import DomainError


class UnknownChannel(DomainError):
    code, kind, title = "unknown_channel", "missing", "There is no such channel"


class ChannelNotWritable(DomainError):
    code, kind, title = "channel_not_writable", "forbidden", "Only the shop itself writes to this channel"


class UnknownUser(DomainError):
    code, kind, title = "unknown_user", "missing", "There is no such user"


class RealtimeDown(DomainError):
    code, kind, title = "realtime_down", "busy", "Live updates are down for the moment"
