"""`python -m integrations.sandbox`: serve both sandbox vendors until told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from integrations.sandbox.server import Links
from integrations.sandbox.shopify import ShopifySandbox
from integrations.sandbox.unleashed import UnleashedSandbox


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT; what happened is kept in the data folder."""
    options = _parser().parse_args(arguments)
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    common = {"data": options.data, "host": options.host}
    shop = ShopifySandbox(
        port=options.shopify_port,
        token=options.shopify_token,
        secret=options.shopify_secret,
        retry_scale=options.retry_scale,
        **common,
    )
    warehouse = UnleashedSandbox(port=options.unleashed_port, **common)
    shop.links = Links(warehouse.name, warehouse.url, options.hub_url)
    warehouse.links = Links(shop.name, shop.url, options.hub_url)
    with shop, warehouse:
        for vendor in (shop, warehouse):
            sys.stdout.write(f"Sandbox {vendor.name}: {vendor.url}/\n")
        sys.stdout.flush()
        told.wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.sandbox", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for what is kept")
    parser.add_argument("--host", default="127.0.0.1", help="another only inside a container")
    parser.add_argument("--shopify-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--unleashed-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--shopify-token", help="made at the first start when not given")
    parser.add_argument("--shopify-secret", help="made at the first start when not given")
    parser.add_argument("--hub-url", default="", help="where the pages' link to the hub leads")
    parser.add_argument(
        "--retry-scale", type=float, default=0.05,
        help="factor on the minute and more between webhook retries",
    )  # fmt: skip
    return parser


if __name__ == "__main__":
    main()
