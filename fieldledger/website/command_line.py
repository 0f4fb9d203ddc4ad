"""The program `fieldledger`: finds the command, reads its options, says failures in a sentence."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from fieldledger.website.commands.terminal import CommandFailed, complain

EXIT_USAGE = 2
EXIT_CONFIGURATION = 78  # EX_CONFIG of BSD's sysexits.h: the settings, not the program, are wrong.
EXIT_INTERRUPTED = 130  # What a shell reports for a program that Ctrl-C ended.


class Command(Protocol):
    """What a command's module offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """A command's module, and what the program's own help says of it."""

    module: str
    summary: str


COMMANDS = {
    "run": Listed(
        "fieldledger.website.commands.run",
        "serve with a demo business; what ./run starts",
    ),
    "serve": Listed("fieldledger.website.commands.serve", "the production server"),
    "business-add": Listed(
        "fieldledger.website.commands.business_add",
        "make a business, its owner and an API key",
    ),
    "simulate": Listed(
        "fieldledger.proving.simulate",
        "a Web Connector over a simulated QuickBooks company, against any address",
    ),
    "simulate-world": Listed(
        "fieldledger.website.commands.simulate_world",
        "prove the engine: seeded worlds in which everything goes wrong",
    ),
    "probe": Listed(
        "fieldledger.website.commands.probe",
        "find out what a QuickBooks does, in one of Intuit's sample companies",
    ),
    "kill-server": Listed(
        "fieldledger.website.commands.kill_server",
        "prove the server: kill it while everybody works, and look what is left",
    ),
    "drill": Listed(
        "fieldledger.website.commands.drill",
        "prove the program in one trouble after the other, at every place it can come",
    ),
    "companion": Listed(
        "fieldledger.website.commands.companion",
        "the simulated QuickBooks beside a server; what --with-quickbooks starts",
    ),
    "doctor": Listed(
        "fieldledger.website.commands.doctor", "check what breaks in practice, and say what to do"
    ),
    "verify-audit": Listed(
        "fieldledger.website.commands.verify_audit",
        "verify that nobody has changed or removed what the audit trail says",
    ),
    "support-bundle": Listed(
        "fieldledger.website.commands.support_bundle",
        "what helps to find a fault, with names, amounts and secrets taken out",
    ),
    "replay-bundle": Listed(
        "fieldledger.website.commands.replay_bundle",
        "a support bundle's conversation again, judged by this version's rules",
    ),
    "backup": Listed("fieldledger.website.commands.backup", "a consistent copy while serving"),
    "restore": Listed("fieldledger.website.commands.restore", "bring a backup into an empty place"),
    "manage": Listed("fieldledger.website.commands.manage", "Django's own commands, for the host"),
}


def load(name: str) -> Command:
    """Return the module of the command `name`."""
    return cast("Command", importlib.import_module(COMMANDS[name].module))


def parser_of(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command's options; its help is complete."""
    module = load(name)
    parser = argparse.ArgumentParser(
        prog=f"fieldledger {name}",
        description=(module.__doc__ or COMMANDS[name].summary).strip(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    return parser


def overview() -> argparse.ArgumentParser:
    """Return the parser of the program's first word, which is a command's name."""
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {name:<{width}}  {each.summary}" for name, each in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="fieldledger",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="A field-service back office that keeps QuickBooks Desktop in step.",
        epilog=f"commands:\n{listing}\n\n'fieldledger COMMAND --help' lists a command's options.",
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND", help="see below")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the program's exit status.

    0 is success, 1 a failure said in one sentence, 2 a mistake in the options, 78 wrong settings.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    name = overview().parse_args(words[:1]).command
    try:
        return load(name).run(parser_of(name).parse_args(words[1:]))
    except CommandFailed as failure:
        complain(str(failure))
        return failure.exit_status
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has closed it, as `| head` does: nobody is left to say it to.
        sys.stderr.close()
        return 1
    except Exception as error:
        if type(error).__name__ == "ImproperlyConfigured":  # Django's, which is not imported here.
            complain(str(error))
            return EXIT_CONFIGURATION
        raise
