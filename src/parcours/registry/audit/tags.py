"""Every event of the trail, written ``source:subject:action``."""

from __future__ import annotations

from enum import StrEnum


class Tag(StrEnum):
    """What happened. The first word is the context, the second what it is about, the third what was done."""

    # accounts
    ACCOUNT_CREATE = "accounts:account:create"
    ACCOUNT_READ = "accounts:account:read"
    ACCOUNT_DISABLE = "accounts:account:disable"
    ACCOUNT_ENABLE = "accounts:account:enable"
    ACCOUNT_CLOSE = "accounts:account:close"
    ACCOUNT_UNLOCK = "accounts:account:unlock"
    GRANT_CREATE = "accounts:grant:create"
    GRANT_END = "accounts:grant:end"
    LOGIN_SUCCEED = "accounts:login:succeed"
    LOGIN_FAIL = "accounts:login:fail"
    LOGIN_LOCK = "accounts:login:lock"
    SESSION_CLOSE = "accounts:session:close"
    SESSION_SWITCH = "accounts:session:switch"
    PASSWORD_CHANGE = "accounts:password:change"
    PASSWORD_ASK_RESET = "accounts:password:ask_reset"
    PASSWORD_RESET = "accounts:password:reset"
    TOTP_START = "accounts:totp:start"
    TOTP_CONFIRM = "accounts:totp:confirm"
    TOTP_REMOVE = "accounts:totp:remove"
    RECOVERY_MAKE = "accounts:recovery:make"
    RECOVERY_USE = "accounts:recovery:use"
    OIDC_LINK = "accounts:oidc:link"
    CLIENT_READ = "accounts:client:read"
    CLIENT_CREATE = "accounts:client:create"
    CLIENT_REVOKE = "accounts:client:revoke"
    # access
    ACCESS_REFUSE = "access:record:refuse"
    ACCESS_REPEAT = "access:reply:repeat"
    """An answer given before, given again to a repeated request: read once more."""
    ACCESS_EXPLAIN = "access:decision:explain"
    AUDIT_READ = "audit:trail:read"
    # people
    PERSON_CREATE = "people:person:create"
    PERSON_READ = "people:person:read"
    PERSON_EXPORT = "people:person:export"
    PERSON_SEARCH = "people:person:search"
    PERSON_CHANGE = "people:person:change"
    PROFESSIONAL_CREATE = "people:professional:create"
    PROFESSIONAL_CHANGE = "people:professional:change"
    # declarations
    DECLARATION_PROPOSE = "declarations:declaration:propose"
    DECLARATION_READ = "declarations:declaration:read"
    DECLARATION_SIGN = "declarations:declaration:sign"
    DECLARATION_REFUSE = "declarations:declaration:refuse"
    DECLARATION_WITHDRAW = "declarations:declaration:withdraw"
    DECLARATION_END = "declarations:declaration:end"
    DECLARATION_REGISTER = "declarations:declaration:register"
    DECLARATION_ANNUL = "declarations:declaration:annul"
    # referrals
    REFERRAL_CREATE = "referrals:referral:create"
    REFERRAL_READ = "referrals:referral:read"
    REFERRAL_READ_LETTER = "referrals:letter:read"
    REFERRAL_USE = "referrals:referral:use"
    REFERRAL_CANCEL_USE = "referrals:referral:cancel_use"
    REFERRAL_REPORT = "referrals:report:write"
    REFERRAL_CANCEL = "referrals:referral:cancel"
    # care plans
    CARE_PLAN_CREATE = "care_plans:plan:create"
    CARE_PLAN_READ = "care_plans:plan:read"
    CARE_PLAN_READ_CONTENT = "care_plans:content:read"
    CARE_PLAN_AGREE = "care_plans:plan:agree"
    CARE_PLAN_APPROVE = "care_plans:plan:approve"
    CARE_PLAN_STOP = "care_plans:plan:stop"
    # conciliation
    CASE_OPEN = "cases:case:open"
    CASE_READ = "cases:case:read"
    CASE_CHANGE = "cases:case:change"
    CASE_CLOSE = "cases:case:close"
    # facts of a visit
    FACTS_READ = "facts:visit:read"

    @property
    def source(self) -> str:
        return self.value.split(":")[0]
