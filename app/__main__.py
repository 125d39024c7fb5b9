"""The shop's own commands, as `python -m app worker`.

`flask` has them too, but imports for each what its plugins need, which processes that run on would hold for good.
"""

from flask.cli import ScriptInfo

from app import create_app
from app.core.logs import log_everything
from app.environment import exit_if_refused


def main() -> None:
    with exit_if_refused():
        app = create_app()
    log_everything()
    app.cli.main(prog_name="python -m app", obj=ScriptInfo(create_app=lambda: app))


if __name__ == "__main__":
    main()
