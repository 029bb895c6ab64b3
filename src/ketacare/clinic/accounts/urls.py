"""Sign-in, the person's own account, and (for the manager) the people of the clinic.

allauth's views are listed one by one, so that each carries a declaration and none comes in with
an update. Their names are allauth's own, because its code looks them up.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import include, path

from ketacare.clinic.accounts import views
from ketacare.clinic.accounts.decorators import public, requires
from ketacare.clinic.accounts.permissions import Permission

own = requires(Permission.ACCOUNT_OWN)
entrance = public("A person has to be able to sign in.")

allauth_patterns = [
    path("sign-in/", entrance(account.login), name="account_login"),
    path("sign-in/closed/", entrance(views.sign_up_closed), name="account_signup"),
    path("sign-in/inactive/", entrance(account.account_inactive), name="account_inactive"),
    path("sign-in/code/", entrance(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", entrance(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path(
        "sign-out/",
        public("Signing out has to work when the session has ended already.")(account.logout),
        name="account_logout",
    ),
    path("account/password/", own(account.password_change), name="account_change_password"),
    path("account/password/set/", own(account.password_set), name="account_set_password"),
    path("account/again/", own(account.reauthenticate), name="account_reauthenticate"),
    path("account/again/code/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/again/passkey/",
        own(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/security/", own(mfa.index), name="mfa_index"),
    path("account/security/app/on/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("account/security/app/off/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "account/security/codes/",
        own(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/security/codes/new/",
        own(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/security/codes/download/",
        own(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/security/passkeys/", own(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("account/security/passkeys/add/", own(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/security/passkeys/<int:pk>/remove/",
        own(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/security/passkeys/<int:pk>/edit/",
        own(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
]

app_patterns = [
    path("account/", views.own_account, name="own"),
    path("people/", views.people, name="people"),
    path("people/add/", views.add_person, name="add"),
    path("people/<uuid:user_id>/", views.change_person, name="change"),
    path("people/<uuid:user_id>/password/", views.new_password, name="new_password"),
]

urlpatterns = [
    *allauth_patterns,
    path("", include((app_patterns, "accounts"))),
]
