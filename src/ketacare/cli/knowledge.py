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
    """Run every check the knowledge files carry about themselves; exit code 1 if one fails."""
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
    """Show one piece of clinical content: what it says, from where, who checked it, since when."""
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
    """List the kinds of clinical content, or every piece of one kind."""
    from ketacare.cli.showing import run_list

    run_list(kind, as_json=json)


@knowledge.command("cards")
def knowledge_cards(
    folder: Annotated[Path, typer.Argument(help="Where the pages go, for example docs/cards.")],
) -> None:
    """Write a page for every piece of content, and remove pages of content that is gone."""
    from ketacare.cli.showing import run_cards

    run_cards(folder)
