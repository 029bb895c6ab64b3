"""Every setting of the clinic in one table: name, kind, default and help.

Settings come from the environment and from nowhere else. A secret may stand in a file named by
``NAME_FILE``; no secret has a default. An unknown ``KETACARE_*`` name or a malformed value stops
the start with a sentence. docs/howto/settings.md shows this table and is tested against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ketacare.core.errors import ErrorCode, InputError
from ketacare.core.planning import costs_of

PREFIX = "KETACARE_"
SHORTEST_SECRET = 32


class Kind(StrEnum):
    """What a value must look like."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the name of a kind of setting, not a password
    YES_NO = "yes or no"
    WHOLE_NUMBER = "whole number"
    PORT = "port"
    LIST = "comma-separated list"
    FOLDER = "folder"
    FILE = "file"
    TIME_ZONE = "time zone"
    LANGUAGE = "language"
    LOG_LEVEL = "log level"
    COUNTRY = "country"
    DATABASE = "database address"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row: ``default`` is text as it would stand in the environment; ``None`` means not set."""

    name: str
    kind: Kind
    default: str | None
    help: str
    required: bool = False
    smallest: int = 0
    largest: int = 2**31 - 1


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="KETACARE_SECRET_KEY",
        kind=Kind.SECRET,
        default=None,
        required=True,
        help="Signs sessions and patients' links. At least 32 characters, kept for the life of "
        "the clinic: changing it ends all sessions and all open links.",
    ),
    Setting(
        name="KETACARE_DATA_DIR",
        kind=Kind.FOLDER,
        default="data",
        help="Where the database file and everything else that is written lives.",
    ),
    Setting(
        name="DATABASE_URL",
        kind=Kind.DATABASE,
        default=None,
        help="postgresql://user:password@host:5432/name for PostgreSQL 15 or newer. "
        "Without it the clinic uses SQLite in KETACARE_DATA_DIR.",
    ),
    Setting(
        name="KETACARE_HOST",
        kind=Kind.TEXT,
        default="127.0.0.1",
        help="The address `serve` listens on. 0.0.0.0 opens it to the network.",
    ),
    Setting(
        name="KETACARE_PORT",
        kind=Kind.PORT,
        default="8000",
        help="The port `serve` listens on.",
    ),
    Setting(
        name="KETACARE_ALLOWED_HOSTS",
        kind=Kind.LIST,
        default="127.0.0.1,localhost,[::1]",
        help="The host names people type in the browser. A request for any other name is refused.",
    ),
    Setting(
        name="KETACARE_SECURE_COOKIES",
        kind=Kind.YES_NO,
        default="yes",
        help="Cookies travel over HTTPS only, and HTTP answers send people to HTTPS. Say no only "
        "for a clinic on one machine at http://127.0.0.1.",
    ),
    Setting(
        name="KETACARE_BEHIND_PROXY",
        kind=Kind.YES_NO,
        default="no",
        help="A reverse proxy ends HTTPS and sets X-Forwarded-Proto and X-Forwarded-For. "
        "Say yes only when that proxy removes both headers from what comes from outside.",
    ),
    Setting(
        name="KETACARE_TIME_ZONE",
        kind=Kind.TIME_ZONE,
        default="UTC",
        help="The clinic's time zone, such as Europe/Madrid. Times are stored in UTC.",
    ),
    Setting(
        name="KETACARE_LANGUAGE",
        kind=Kind.LANGUAGE,
        default="en",
        help="The language of the interface: en.",
    ),
    Setting(
        name="KETACARE_CLINIC_NAME",
        kind=Kind.TEXT,
        default="Ketacare",
        help="The name at the top of every page and on printed sheets.",
    ),
    Setting(
        name="KETACARE_CLINIC_PHONE",
        kind=Kind.TEXT,
        default="",
        help="The number patients' pages show for reaching a person.",
    ),
    Setting(
        name="KETACARE_COUNTRY",
        kind=Kind.COUNTRY,
        default="US",
        help="The two letters of the country whose crisis numbers patients' pages show "
        "(ISO 3166-1). The numbers are in knowledge/crisis.",
    ),
    Setting(
        name="KETACARE_TEXTS_DIR",
        kind=Kind.FOLDER,
        default=None,
        help="A folder with the clinic's own licensed texts of questionnaires "
        "(docs/howto/licensed-text.md). Not set: only texts that may be shown by anybody.",
    ),
    Setting(
        name="KETACARE_ADVICE_WEIGHTS",
        kind=Kind.WEIGHTS,
        default="",
        help="How this clinic weighs options, where it differs from knowledge/planning: the cost of "
        "an infusion, a therapy session, the risk of an infusion, and departing from the guideline, "
        "each from 0 to 1 in mean relief, such as infusion=0.01,risk=0.005. Weights signed in the "
        "clinic come before it.",
    ),
    Setting(
        name="KETACARE_IDLE_MINUTES",
        kind=Kind.WHOLE_NUMBER,
        default="15",
        smallest=1,
        largest=720,
        help="Minutes without activity after which a person has to sign in again. "
        "What was typed in forms is kept. Beside an open infusion the page stays visible, and the "
        "next act asks for the password.",
    ),
    Setting(
        name="KETACARE_SAMPLE_DATA",
        kind=Kind.YES_NO,
        default="no",
        help="Marks every page: nobody here is a real person.",
    ),
    Setting(
        name="KETACARE_VITALS_HOST",
        kind=Kind.TEXT,
        default="127.0.0.1",
        help="The address on which bedside monitors' messages (HL7 v2 over MLLP) are received.",
    ),
    Setting(
        name="KETACARE_VITALS_PORT",
        kind=Kind.PORT,
        default=None,
        help="The port on which bedside monitors' messages are received, usually 2575. "
        "Not set: no listener.",
    ),
    Setting(
        name="KETACARE_VITALS_TLS_CERT",
        kind=Kind.FILE,
        default=None,
        help="The certificate (PEM, with its chain) of the port for bedside monitors. Set together "
        "with its key, the port speaks TLS only. Not set: plain MLLP.",
    ),
    Setting(
        name="KETACARE_VITALS_TLS_KEY",
        kind=Kind.FILE,
        default=None,
        help="The private key (PEM, without a password) of that certificate.",
    ),
    Setting(
        name="KETACARE_VITALS_TLS_CLIENT_CA",
        kind=Kind.FILE,
        default=None,
        help="The authority (PEM) that signed the monitors' own certificates. Set: only a monitor "
        "with such a certificate is let in. Not set: any that trusts ours.",
    ),
    Setting(
        name="KETACARE_LOG_LEVEL",
        kind=Kind.LOG_LEVEL,
        default="INFO",
        help="DEBUG, INFO, WARNING or ERROR. Logs never hold patient data.",
    ),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


def read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return every setting's value by name; raise :class:`InputError` for what is not right."""
    for name in sorted(environ):
        known = name in BY_NAME or _secret_of_file(name) is not None
        if name.startswith(PREFIX) and not known:
            raise InputError(
                ErrorCode.UNKNOWN_NAME,
                f"{name} is not a setting of the clinic{_nearest(name)}; the settings are "
                "listed in docs/howto/settings.md.",
            )
    return {setting.name: _value(setting, environ) for setting in SETTINGS}


def _secret_of_file(name: str) -> Setting | None:
    setting = BY_NAME.get(name.removesuffix("_FILE")) if name.endswith("_FILE") else None
    return setting if setting is not None and setting.kind is Kind.SECRET else None


def _nearest(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, BY_NAME, n=1, cutoff=0.75)
    return f" (did you mean {close[0]}?)" if close else ""


def _value(setting: Setting, environ: Mapping[str, str]) -> Any:
    text = environ.get(setting.name)
    if setting.kind is Kind.SECRET:
        text = _from_file(setting, environ) if text is None else text
    if text is None or (text.strip() == "" and setting.default is None):
        text = setting.default
    if text is None:
        if setting.required:
            raise InputError(
                ErrorCode.MISSING_KEY,
                f"{setting.name} is not set: {setting.help} Set it, or put it in a file and name "
                f"the file in {setting.name}_FILE.",
            )
        return None
    return parse(setting, text.strip())


def _from_file(setting: Setting, environ: Mapping[str, str]) -> str | None:
    place = environ.get(f"{setting.name}_FILE")
    if place is None:
        return None
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f"{setting.name}_FILE is {place}, which cannot be read ({error.strerror}); "
            "name a file this process may read.",
        ) from error


def _refuse(setting: Setting, shown: str, wanted: str) -> InputError:
    return InputError(ErrorCode.BAD_FORMAT, f"{setting.name} is {shown!r}: {wanted}.")


def _yes_no(setting: Setting, text: str) -> bool:
    answer = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if text.lower() not in answer:
        raise _refuse(setting, text, "say yes or no")
    return answer[text.lower()]


def _whole(setting: Setting, text: str, smallest: int, largest: int) -> int:
    if not text.isascii() or not text.isdigit() or not smallest <= int(text) <= largest:
        raise _refuse(setting, text, f"give a whole number from {smallest} to {largest}")
    return int(text)


def _one_of(setting: Setting, text: str, allowed: tuple[str, ...]) -> str:
    if text not in allowed:
        raise _refuse(setting, text, f"choose one of {', '.join(allowed)}")
    return text


def _time_zone(setting: Setting, text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _refuse(
            setting, text, "give a name of the IANA database such as Europe/Madrid"
        ) from error
    return text


def _secret(setting: Setting, text: str) -> str:
    if len(text) < SHORTEST_SECRET:
        # The value itself is never shown.
        raise InputError(
            ErrorCode.OUT_OF_RANGE,
            f"{setting.name} has {len(text)} characters: at least {SHORTEST_SECRET} are needed; "
            "`python -c 'import secrets; print(secrets.token_urlsafe(50))'` makes one.",
        )
    return text


def _database(setting: Setting, text: str) -> dict[str, Any]:
    wanted = "give postgresql://user:password@host:5432/name"
    # The address holds a password, so it is never shown.
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError as error:
        raise InputError(
            ErrorCode.BAD_FORMAT, f"{setting.name} cannot be read: {wanted}."
        ) from error
    name = unquote(url.path.removeprefix("/"))
    if url.scheme not in {"postgres", "postgresql"} or not name:
        raise InputError(
            ErrorCode.BAD_FORMAT,
            f"{setting.name} starts with {url.scheme or 'nothing'}:// and names the database "
            f"{name or '(none)'}: {wanted}.",
        )
    return {
        "NAME": name,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(url.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": dict(parse_qsl(url.query)),
    }


def _log_level(setting: Setting, text: str) -> str:
    return _one_of(setting, text.upper(), ("DEBUG", "INFO", "WARNING", "ERROR"))


def _country(setting: Setting, text: str) -> str:
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise _refuse(setting, text, "give the two letters of a country such as US")
    return text.upper()


def _weights(setting: Setting, text: str) -> dict[str, float]:
    try:
        return costs_of(part for part in text.split(",") if part.strip())
    except InputError as error:
        raise _refuse(setting, text, error.sentence.rstrip(".")) from error


_PARSERS: Mapping[Kind, Callable[[Setting, str], Any]] = {
    Kind.TEXT: lambda _setting, text: text,
    Kind.SECRET: _secret,
    Kind.YES_NO: _yes_no,
    Kind.WHOLE_NUMBER: lambda setting, text: _whole(
        setting, text, setting.smallest, setting.largest
    ),
    Kind.PORT: lambda setting, text: _whole(setting, text, 1, 65535),
    Kind.LIST: lambda _setting, text: tuple(p.strip() for p in text.split(",") if p.strip()),
    Kind.FOLDER: lambda _setting, text: Path(text).expanduser().absolute(),
    Kind.FILE: lambda _setting, text: Path(text).expanduser().absolute(),
    Kind.TIME_ZONE: _time_zone,
    Kind.LANGUAGE: lambda setting, text: _one_of(setting, text, ("en",)),
    Kind.LOG_LEVEL: _log_level,
    Kind.COUNTRY: _country,
    Kind.DATABASE: _database,
    Kind.WEIGHTS: _weights,
}


def parse(setting: Setting, text: str) -> Any:
    """Return ``text`` as the kind of ``setting`` says; raise :class:`InputError` otherwise."""
    return _PARSERS[setting.kind](setting, text)


def as_markdown() -> str:
    """Return the table as docs/howto/settings.md shows it."""
    rows = ["| name | kind | default | what it does |", "|---|---|---|---|"]
    for setting in SETTINGS:
        default = "**required**" if setting.required else f"`{setting.default}`"
        if not setting.required and not setting.default:
            default = "not set"
        rows.append(f"| `{setting.name}` | {setting.kind.value} | {default} | {setting.help} |")
    return "\n".join(rows)
