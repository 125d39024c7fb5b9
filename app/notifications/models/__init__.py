"""The tables of the notifications."""

from app.notifications.models.delivery import Delivery, DeliveryHour, PushService
from app.notifications.models.key import VapidKey
from app.notifications.models.notification import Campaign, Notification
from app.notifications.models.preference import NotificationSettings, Preference, Suppression
from app.notifications.models.subscription import Subscription
from app.notifications.models.template import NotificationTemplate

__all__ = [
    "Campaign",
    "Delivery",
    "DeliveryHour",
    "Notification",
    "NotificationSettings",
    "NotificationTemplate",
    "Preference",
    "PushService",
    "Subscription",
    "Suppression",
    "VapidKey",
]
