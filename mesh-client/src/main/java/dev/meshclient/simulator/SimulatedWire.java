package dev.meshclient.simulator;

import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;

/** The network of one caller: waits on the caller's thread, as long as the fleet says, until cancelled. */
final class SimulatedWire implements Wire {
    private final Time time;
    private final Fleet fleet;
    private final SimulatedNames names;
    private final String zone;
    private final Tally tally;
    private final CheckWire checks = this::check;

    /** @param zone of the caller, {@code region/zone}; empty: none */
    SimulatedWire(Time time, Fleet fleet, SimulatedNames names, String zone, Tally tally) {
        this.time = time;
        this.fleet = fleet;
        this.names = names;
        this.zone = zone;
        this.tally = tally;
    }

    @Override
    public Response send(Attempt attempt) throws IOException {
        Target target = attempt.call().target();
        Endpoint to = attempt.endpoint();
        String name = to == null ? "" : names.stated(to.name());
        String zoneOfPeer = to == null ? "" : ListedEndpoints.zone(to.locality());
        Peer peer = fleet.peer(target == null ? "" : target.backend().service(), name, zoneOfPeer);
        tally.crossings += zone.isEmpty() || zoneOfPeer.isEmpty() || zone.equals(zoneOfPeer) ? 0 : 1;
        Peer.Answer answer = peer.arrive(time.now(), time.random());
        try {
            attempt.pause(answer.nanos());
        } catch (IOException e) {
            throw failed(attempt, attempt.cancelCause() == null ? Outcome.RESET : attempt.cancelledAs(), e);
        } finally {
            peer.leave();
        }
        Outcome failure = answer.failure();
        if (failure == null) {
            attempt.responded(answer.status());
            return response(attempt, answer.status());
        }
        throw failed(
                attempt,
                failure,
                switch (failure) {
                    case CONNECT_FAILURE -> new ConnectException("Failed to connect to " + name);
                    case ATTEMPT_TIMEOUT -> new SocketTimeoutException("no answer of " + name);
                    default -> new SocketException("Connection reset by " + name);
                });
    }

    @Override
    public CheckWire checks() {
        return checks;
    }

    /** Endpoints answer health checks as they answer calls. */
    private int check(Backend backend, Endpoint to, Request request, long timeoutNanos) throws IOException {
        String name = names.stated(to.name());
        Peer peer = fleet.peer(backend.service(), name, ListedEndpoints.zone(to.locality()));
        Peer.Answer answer = peer.arrive(time.now(), time.random());
        try {
            boolean raised = time.signal("health check").await(time.now() + Math.min(answer.nanos(), timeoutNanos));
            if (raised || answer.failure() != null || answer.nanos() > timeoutNanos) {
                throw new IOException("no answer of " + name + " to " + request);
            }
            return answer.status();
        } finally {
            peer.leave();
        }
    }

    private static IOException failed(Attempt attempt, Outcome outcome, IOException e) {
        attempt.failed(outcome, e);
        attempt.over();
        return e;
    }

    private static Response response(Attempt attempt, int status) {
        Request request = attempt.call().request();
        Response network = new Response.Builder()
                .request(request)
                .protocol(Protocol.HTTP_1_1)
                .code(status)
                .message("")
                .build();
        return network.newBuilder().networkResponse(network).body(body(attempt)).build();
    }

    /** Empty; the attempt is over when it is read or closed. */
    private static ResponseBody body(Attempt attempt) {
        return ResponseBody.create(
                Okio.buffer(new ForwardingSource(new Buffer()) {
                    @Override
                    public void close() {
                        attempt.over();
                    }
                }),
                null,
                0);
    }
}
