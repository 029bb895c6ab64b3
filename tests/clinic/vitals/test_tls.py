"""The port with TLS: who has no certificate of the authority is not heard; half a set-up refuses."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ketacare.adapters.hl7v2 import Deframer, ack, frame, parse_ack, parse_oru
from ketacare.clinic.vitals.listener import Listener
from ketacare.clinic.vitals.tls import context_of
from ketacare.core.errors import InputError

CERT, KEY, CA = (f"KETACARE_VITALS_TLS_{name}" for name in ("CERT", "KEY", "CLIENT_CA"))


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def made(folder, text, *, issuer=None):
    """Write a key and a certificate, signed by ``issuer`` (name, key) or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer, signing = issuer or (text, key)
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name(text))
        .issuer_name(name(signer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(signing, hashes.SHA256())
    )
    paths = folder / f"{text}.pem", folder / f"{text}.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return *paths, key


@pytest.fixture
def files(tmp_path):
    authority, _key_file, key = made(tmp_path, "authority")
    return {
        "authority": authority,
        "server": made(tmp_path, "server", issuer=("authority", key))[:2],
        "monitor": made(tmp_path, "monitor", issuer=("authority", key))[:2],
        "stranger": made(tmp_path, "stranger")[:2],
    }


def answer(files, payload, *, who):
    """Return the acknowledgement a client with the certificate of ``who`` gets, or ``None``."""
    server = context_of({CERT: files["server"][0], KEY: files["server"][1], CA: files["authority"]})
    client = ssl.create_default_context(cafile=files["authority"])
    if who is not None:
        client.load_cert_chain(*files[who])

    def keep(payloads):
        return [ack(parse_oru(p), "AA", at=datetime.now(UTC)) for p in payloads]

    async def talk():
        listener = Listener(host="127.0.0.1", port=0, store=keep, tls=server)
        await listener.start()
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", listener.port, ssl=client, server_hostname="localhost"
            )
            writer.write(frame(payload))
            data = await asyncio.wait_for(reader.read(4096), 5)
            writer.close()
            return data
        except (ssl.SSLError, ConnectionError):
            return b""
        finally:
            await listener.stop()

    found = Deframer().feed(asyncio.run(talk()))
    return parse_ack(found[0]).code if found else None


@pytest.mark.slow
@pytest.mark.parametrize(("who", "code"), [("monitor", "AA"), ("stranger", None), (None, None)])
def test_only_a_monitor_of_the_authority_is_heard(files, oru, who, code):
    assert answer(files, oru("M1"), who=who) == code


def test_without_settings_the_port_is_plain():
    assert context_of({CERT: None, KEY: None, CA: None}) is None


def test_half_a_set_up_stops_the_start(files, tmp_path):
    with pytest.raises(InputError, match="set together"):
        context_of({CERT: files["server"][0]})
    with pytest.raises(InputError, match="set together"):
        context_of({CA: files["authority"]})
    with pytest.raises(InputError, match="cannot be used"):
        context_of({CERT: files["server"][0], KEY: tmp_path / "none.key"})
    with pytest.raises(InputError, match="cannot be used"):
        context_of({CERT: files["server"][0], KEY: files["monitor"][1]})
