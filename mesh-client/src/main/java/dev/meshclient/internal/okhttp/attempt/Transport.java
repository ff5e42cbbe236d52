package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.IdentityUnavailable;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Streams;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.okhttp.client.Caller;
import dev.meshclient.internal.okhttp.client.CurrentConnections;
import dev.meshclient.internal.okhttp.client.Derivation;
import dev.meshclient.internal.okhttp.client.EndpointClient;
import dev.meshclient.internal.okhttp.client.EndpointConnections;
import dev.meshclient.internal.okhttp.client.HostClients;
import dev.meshclient.internal.okhttp.direct.InnerClient;
import dev.meshclient.internal.okhttp.direct.OkHttpPath;
import dev.meshclient.internal.okhttp.events.CallEvents;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tls.OwnIdentityFault;
import dev.meshclient.policy.Tls;
import java.io.Closeable;
import java.io.IOException;
import java.net.UnknownServiceException;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Runs an attempt as an inner call on a client derived for its endpoint, and records its result. */
public final class Transport {
    private final Time time;
    private final Identities identities;
    private final @Nullable Wire scripted;
    private final HostClients hosts;
    private final CurrentConnections connections;
    private final DispatcherLimit dispatcherLimit = new DispatcherLimit();
    private final BypassedSettings bypassed = new BypassedSettings();
    private final TlsUpgrade upgrade = new TlsUpgrade();
    private final HealthCheckCall checks;

    /**
     * @param path how inner calls are executed
     * @param scripted sends the attempts of users' tests, so that no socket is opened; null: in production
     */
    public Transport(Time time, Identities identities, OkHttpPath path, @Nullable Wire scripted) {
        this.time = time;
        this.scripted = scripted;
        this.identities = identities;
        Derivation derivation = new Derivation(WireInterceptor::above, path);
        this.hosts = new HostClients(derivation);
        this.connections = new CurrentConnections(time, identities, derivation);
        this.checks = new HealthCheckCall(time, connections, upgrade);
    }

    /** As {@link CheckWire#check}, with the TLS of this caller. */
    public int check(Caller caller, Backend backend, Endpoint endpoint, Request request, long timeoutNanos)
            throws IOException {
        if (scripted == null) {
            return checks.send(caller, backend, endpoint, request, timeoutNanos);
        }
        CheckWire ofScript = scripted.checks();
        return ofScript == null ? CheckWire.NOT_SENT : ofScript.check(backend, endpoint, request, timeoutNanos);
    }

    /** Drops the clients that were derived for hosts without endpoints. */
    public void close() {
        hosts.clear();
    }

    /** The URL that requests to the backend are sent with. */
    public HttpUrl url(Request request, Backend backend) {
        return TlsUpgrade.isTls(backend) && !request.isHttps() ? upgrade.url(request.url()) : request.url();
    }

    public Response send(InnerCall inner) throws IOException {
        Attempt attempt = inner.attempt;
        Target target = attempt.call().target();
        Endpoint endpoint = attempt.endpoint();
        if (target != null && scripted != null) {
            inner.markEndpoint();
            inner.start();
            attempt.onEnd(() -> inner.over(attempt.failure()));
            return scripted.send(attempt);
        }
        return target == null || endpoint == null
                ? toHost(inner, target == null ? null : target.backend())
                : toEndpoint(inner, target.backend(), endpoint);
    }

    /** As OkHttp would: the URL's own host and port, the caller's Dns, proxy and connections. */
    private Response toHost(InnerCall inner, @Nullable Backend backend) throws IOException {
        Attempt attempt = inner.attempt;
        OuterCall outerCall = inner.outerCall;
        Request request = attempt.call().request();
        boolean upgraded = backend != null && TlsUpgrade.isTls(backend) && !request.isHttps();
        Request sent = AttemptMessages.sent(attempt, upgraded ? upgrade.upgrade(request) : request);
        if (upgraded) {
            requireTls(inner);
        }
        InnerClient client = hosts.client(outerCall.caller(), backend);
        Response response = execute(inner, client, sent, upgraded);
        return backend == null ? response : untilIdle(inner, response, backend.idleNanos());
    }

    private Response toEndpoint(InnerCall inner, Backend backend, Endpoint endpoint) throws IOException {
        Attempt attempt = inner.attempt;
        OuterCall outerCall = inner.outerCall;
        inner.markEndpoint();
        Request request = attempt.call().request();
        dispatcherLimit.look(
                outerCall.caller().client().dispatcher(), request.url().host(), attempt.startedAt());
        bypassed.look(outerCall.caller().settings(), backend.service());
        boolean upgraded = backend.tlsMode(endpoint) != Tls.Mode.DISABLE && !request.isHttps();
        if (endpoint.gateway() != null && backend.tlsMode(endpoint) == Tls.Mode.DISABLE) {
            throw plain(attempt, backend, endpoint);
        }
        Request sent = AttemptMessages.sent(attempt, upgraded ? upgrade.upgrade(request) : request);
        EndpointClient client = client(inner, backend, endpoint, sent.isHttps());
        inner.client = client;
        if (sent.isHttps() && client.tls() == null) {
            requireTls(inner);
        }
        Response response = execute(inner, client.inner(), sent, upgraded);
        connections.answered(endpoint, client.connections(), response);
        return untilIdle(inner, response, backend.idleNanos());
    }

    /** A subset may state another TLS mode than its service, which decides whether an endpoint can be reached. */
    private static IOException plain(Attempt attempt, Backend backend, Endpoint endpoint) {
        UnknownServiceException e = new UnknownServiceException("endpoints of '" + backend.name() + "' in cluster "
                + endpoint.cluster() + " are reached by its gateway " + endpoint.name()
                + ", which needs TLS to choose the service: state tls.mode MESH_MUTUAL for it, and not DISABLE");
        attempt.failed(Outcome.REFUSED, e);
        return e;
    }

    /** The client of an endpoint. A process that has just started may run before its certificate is mounted: waits for it. */
    private EndpointClient client(InnerCall inner, Backend backend, Endpoint endpoint, boolean tls) throws IOException {
        Attempt attempt = inner.attempt;
        boolean bounded = attempt.call().deadline() - attempt.startedAt() <= backend.idleNanos();
        EndpointConnections current = connections.of(endpoint);
        long until = Math.min(attempt.call().deadline(), identities.waitUntil());
        Closeable subscription = null;
        try {
            while (true) {
                try {
                    return current.client(inner.outerCall.caller(), backend, endpoint, tls, bounded);
                } catch (OwnIdentityFault e) {
                    if (!e.isPending() || time.now() >= until) {
                        throw unavailable(attempt, e);
                    }
                }
                if (subscription == null) { // check again: it may have arrived just before
                    subscription = identities.onTrustChange(attempt::raise);
                } else {
                    attempt.await(until);
                }
            }
        } finally {
            if (subscription != null) {
                subscription.close();
            }
        }
    }

    /** No request was sent: another endpoint would not change it, and no endpoint is to blame. */
    private static IdentityUnavailable unavailable(Attempt attempt, OwnIdentityFault e) {
        return attempt.refuse(decision -> OwnIdentityExplanation.unavailable(e, decision));
    }

    /** A chain whose TLS was removed would send a request for an https URL in plaintext. */
    private static void requireTls(InnerCall inner) throws UnknownServiceException {
        if (inner.outerCall.caller().settings().sslSocketFactory() == null) {
            UnknownServiceException e = new UnknownServiceException("'"
                    + inner.attempt.call().request().url().host()
                    + "' is called over TLS and the caller's client has none:"
                    + " give it connection specs with TLS, and no withSslSocketFactory(null, ..) on its chain");
            inner.attempt.failed(Outcome.REFUSED, e);
            throw e;
        }
    }

    private Response execute(InnerCall inner, InnerClient client, Request sent, boolean upgraded) throws IOException {
        inner.start();
        try {
            Response response = executed(inner, client, sent);
            if (response.networkResponse() == null) {
                inner.attempt.cached(response.code());
            } else {
                inner.attempt.responded(response.code());
            }
            inner.returned();
            return AttemptMessages.restored(inner, response, upgraded);
        } catch (IOException e) {
            IOException failure = ExchangeFailed.unwrap(e);
            throw failed(inner, TlsFailure.behind(failure, inner.connection()));
        } catch (RuntimeException | Error e) {
            inner.abandon();
            throw e;
        }
    }

    /** Executes it on a connection that is not spent: OkHttp has closed each that is. */
    private static Response executed(InnerCall inner, InnerClient client, Request sent) throws IOException {
        while (true) {
            Call call = client.newCall(sent);
            call.addEventListener(inner);
            inner.setRunning(call);
            try {
                return client.execute(call);
            } catch (SpentConnection e) {
                Objects.requireNonNull(inner.connections()).foundStale();
            } finally {
                inner.ran();
            }
        }
    }

    /**
     * Ends an idle body that no deadline ends. Not for an upgraded connection, which pings keep alive, nor for a duplex call,
     * in which the caller may be sending.
     */
    private Response untilIdle(InnerCall inner, Response response, long idleNanos) {
        Attempt attempt = inner.attempt;
        boolean bounded = attempt.call().deadline() != Time.NEVER && !Streams.isStream(attempt.call(), response);
        if (bounded || idleNanos == 0 || attempt.isOver() || Streams.isUpgrade(response)) {
            return response;
        }
        RequestBody sent = attempt.call().request().body();
        return sent != null && sent.isDuplex()
                ? response
                : response.newBuilder()
                        .body(IdleBody.watched(response.body(), attempt, time, idleNanos))
                        .build();
    }

    private IOException failed(InnerCall inner, IOException e) {
        Attempt attempt = inner.attempt;
        IOException cause = attempt.cancelCause();
        if (cause != null) {
            boolean callers = cause instanceof CallEvents.Canceled;
            IOException failure = callers ? Failure.own(inner, e) : cause;
            Outcome outcome = Failure.ofCancelled(inner, cause);
            inner.endedAs(outcome);
            attempt.failed(outcome, failure);
            return failure;
        }
        if (e instanceof OwnIdentityFault fault) {
            return unavailable(attempt, fault);
        }
        Outcome outcome = Failure.outcome(inner, e);
        if (outcome == Outcome.LOCAL) {
            attempt.sharesFailure(e);
            attempt.failed(outcome, e);
            return e;
        }
        inner.endedAs(outcome);
        IOException failure = Failure.named(inner, e);
        Target target = attempt.call().target();
        Endpoint endpoint = attempt.endpoint();
        // No identity of the peer fails after the handshake: the caller's own body may refuse a certificate.
        if (target != null && endpoint != null && inner.connection() == null) {
            identities
                    .faults()
                    .note(target.backend().service(), endpoint.name(), e, String.valueOf(failure.getMessage()));
        }
        attempt.failed(outcome, failure);
        return failure;
    }
}
