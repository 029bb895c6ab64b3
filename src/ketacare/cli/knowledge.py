"""``ketacare knowledge``: the commands about the clinical content, and their options."""

from pathlib import Path
from typing import Annotated

import typer

from ketacare.cli.options import Json

knowledge = typer.Typer(
    help="Look at the clinical content and run its own checks.", no_args_is_help=True
)


@knowledge.command("check")
def knowledge_check(json: Json = False) -> None:
    """Run all checks of the content; exit code 1 if one fails.

    The checks the files carry about themselves, faults no file can see by itself, and whether
    docs/cards is current.
    """
    from ketacare.cli.content import run_check

    run_check(as_json=json)


@knowledge.command("show")
def knowledge_show(
    kind: Annotated[
        str, typer.Argument(help="For example instruments, treatments, rules; see knowledge list.")
    ] = "",
    name: Annotated[str, typer.Argument(metavar="[ID]", help="The id; without it, the list.")] = "",
    *,
    json: Json = False,
) -> None:
    """Show one piece of content and where it comes from.

    What it says, numbers with units and sources, who checked it, since when, and its own checks.
    """
    from ketacare.cli.showing import run_list, run_show

    if name:
        run_show(kind, name, as_json=json)
    else:
        run_list(kind, as_json=json)


@knowledge.command("list")
def knowledge_list(
    kind: Annotated[str, typer.Argument(help="A kind; without it, the kinds.")] = "",
    *,
    json: Json = False,
) -> None:
    """List the kinds of content, or one kind's pieces."""
    from ketacare.cli.showing import run_list

    run_list(kind, as_json=json)


@knowledge.command("cards")
def knowledge_cards(
    folder: Annotated[Path, typer.Argument(help="Where the pages go, for example docs/cards.")],
) -> None:
    """Write a page for every piece of content.

    Pages whose content is gone are removed; other files of the folder are left alone.
    """
    from ketacare.cli.showing import run_cards

    run_cards(folder)


@knowledge.command("lock")
def knowledge_lock() -> None:
    """Keep what every version of the content says, in docs/knowledge.lock of a checkout.

    Refuses content that changed while its version stayed the same: raise the version first.
    """
    from ketacare.cli.content import run_lock

    run_lock()
