"""Letters to people, beside those that signing in and out brings."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from stores.models import StoreUser


def send_invitation(*, member: StoreUser, invited_by: str) -> None:
    """Write to a new user of a store where to set a password. Call outside of transactions.

    The link is that of a forgotten password: it opens once and ends after three days.

    Raises:
        OSError: if the mail server cannot be reached or refuses.
    """
    adapter = get_adapter()
    key = f"{user_pk_to_url_str(member.user)}-{default_token_generator.make_token(member.user)}"
    context = {
        "store": member.store,
        "invited_by": invited_by,
        "password_reset_url": adapter.get_reset_password_from_key_url(key),
    }
    adapter.send_mail("account/email/invitation", member.user.email, context)
