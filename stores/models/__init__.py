from stores.models.audit import AuditEntry
from stores.models.company import Company
from stores.models.location import Location
from stores.models.mail import Mail, MailAttachment
from stores.models.people import Membership, RightsChange, Role, SignInAttempt, User
from stores.models.security import SecurityEvent, Session

__all__ = [
    "AuditEntry",
    "Company",
    "Location",
    "Mail",
    "MailAttachment",
    "Membership",
    "RightsChange",
    "Role",
    "SecurityEvent",
    "Session",
    "SignInAttempt",
    "User",
]
