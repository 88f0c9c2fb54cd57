"""Servers named by DATABASE_URL and REDIS_URL: looked at before anything relies on them."""

from typing import Any

from helpdesk.embedded.trouble import Trouble

OLDEST_POSTGRES = 15
EXTENSION = "vector"
OLDEST_REDIS = (6, 2)
CONNECT_SECONDS = 3
POSTGRES_SCHEMES = ("postgres://", "postgresql://", "psql://", "pgsql://")
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


def check_database(url: str) -> None:
    """Raises Trouble unless this is a PostgreSQL of use to the project, with pgvector."""
    import psycopg

    address = _parse_database(url)
    place = f"{address['host'] or 'the local socket'}:{address['port'] or 5432}"
    try:
        with psycopg.connect(**address, connect_timeout=CONNECT_SECONDS, autocommit=True) as server:
            version = server.info.server_version // 10_000
            vector = server.execute(
                "SELECT FROM pg_available_extensions WHERE name = %s", [EXTENSION]
            ).fetchone()
    except psycopg.Error as error:
        raise Trouble(_why_not_connected(str(error), place, address["dbname"])) from error
    if version < OLDEST_POSTGRES:
        raise Trouble(
            f"PostgreSQL at {place} is version {version}; "
            f"the helpdesk needs {OLDEST_POSTGRES} or newer."
        )
    if vector is None:
        raise Trouble(
            f"PostgreSQL at {place} has no pgvector: "
            "install the extension `vector` on that server, then start again."
        )


def _parse_database(url: str) -> dict[str, Any]:
    """What Django will connect to, in libpq's words."""
    from environ import Env

    if not url.startswith(POSTGRES_SCHEMES):
        raise Trouble(
            "DATABASE_URL is not a PostgreSQL address; "
            "it looks like postgresql://user:password@host:5432/name."
        )
    try:
        found = Env.db_url_config(url)
    except Exception as error:  # whatever the parser stumbled over, the address is to blame
        raise Trouble(
            "DATABASE_URL cannot be read; it looks like postgresql://user:password@host:5432/name, "
            "with special characters in the password written as %XX."
        ) from error
    if not found["NAME"]:
        raise Trouble("DATABASE_URL names no database; put its name at the end, after a slash.")
    options = found.get("OPTIONS", {})
    return {
        **options,
        "dbname": found["NAME"],
        "user": found["USER"] or options.get("user"),
        "password": found["PASSWORD"] or None,
        "host": found["HOST"] or options.get("host"),
        "port": found["PORT"] or options.get("port"),
    }


def _why_not_connected(error: str, place: str, name: str) -> str:
    reasons = {
        "password authentication failed": f"PostgreSQL at {place} refuses the user or the password "
        "in DATABASE_URL.",
        "no password supplied": f"PostgreSQL at {place} wants a password "
        "and DATABASE_URL has none.",
        "does not exist": f"PostgreSQL at {place} has no such database or user as DATABASE_URL "
        f"names: create the database {name} there first.",
        "Connection refused": f"PostgreSQL does not answer at {place}: "
        "is it running, and is DATABASE_URL right?",
        "No such file": f"PostgreSQL does not answer at {place}: "
        "is it running, and is DATABASE_URL right?",
        "timeout": f"PostgreSQL at {place} does not answer within {CONNECT_SECONDS} seconds: "
        "is DATABASE_URL right?",
        "resolve": f"The host of DATABASE_URL, {place}, is not known.",
        "too many": f"PostgreSQL at {place} has no connection left for the helpdesk.",
    }
    for sign, sentence in reasons.items():
        if sign in error:
            return sentence
    return f"PostgreSQL at {place} cannot be used: {' '.join(error.split())}"


def check_redis(url: str) -> None:
    """Raises Trouble unless this is a Redis that answers and is new enough."""
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.exceptions import AuthenticationError, RedisError, ResponseError
    from redis.retry import Retry

    if not url.startswith(REDIS_SCHEMES):
        raise Trouble("REDIS_URL is not a Redis address; it looks like redis://host:6379/0.")
    try:
        with Redis.from_url(
            url,
            socket_timeout=CONNECT_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as server:
            server.ping()
            version = str(server.info("server")["redis_version"])
    except ValueError as error:
        raise Trouble("REDIS_URL cannot be read; it looks like redis://host:6379/0.") from error
    except (AuthenticationError, ResponseError) as error:
        raise Trouble(f"Redis refuses the log-in in REDIS_URL: {error}.") from error
    except (RedisError, OSError) as error:
        raise Trouble(
            "Redis does not answer at the address in REDIS_URL: is it running, and is it right?"
        ) from error
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        oldest = ".".join(map(str, OLDEST_REDIS))
        raise Trouble(f"Redis is version {version}; the helpdesk needs {oldest} or newer.")
