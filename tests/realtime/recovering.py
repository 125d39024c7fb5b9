"""What is published in the tests of recovery, and positions to ask from."""

from app.realtime.publish import Message, publish


def event(channel, number=0):
    return publish(Message(channel, "changed", 1, {"n": number}, {"en": f"<b>{number}</b>"}))


def state(channel, version):
    return publish(
        Message(channel, "changed", 1, {"v": version}, {"en": f"<b>{version}</b>"}, version=version)
    )


def since_offset(channel, published, ahead=0, epoch=None):
    position = {"offset": published.offset + ahead, "epoch": epoch or published.epoch}
    return {"channel": channel, "since": position}


def since_version(channel, version):
    return {"channel": channel, "since": {"version": version}}


def visitor_of(client):
    client.get("/")
    with client.session_transaction() as session:
        return f"visitor:{session['visitor']}"
