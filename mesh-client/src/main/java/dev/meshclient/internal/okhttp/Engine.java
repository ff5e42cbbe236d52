package dev.meshclient.internal.okhttp;

import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.call.Observers;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointTransport;
import dev.meshclient.internal.okhttp.attempt.Transport;
import dev.meshclient.internal.okhttp.client.Caller;
import dev.meshclient.internal.okhttp.client.CallerSettings;
import dev.meshclient.internal.okhttp.direct.ChosenPath;
import dev.meshclient.internal.okhttp.events.CallStart;
import dev.meshclient.internal.okhttp.events.OuterListener;
import dev.meshclient.internal.okhttp.events.RealCallAccess;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interceptor of a wrapped client. It handles each call to a host of the mesh itself: each attempt is an inner call, and it
 * does what OkHttp does above its attempts (redirects, challenges, events, cancellation).
 */
public final class Engine {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.connections");
    private static final int MAX_SETTINGS = 256;

    private final Time time;
    private final Admission.Source admissions;
    private final Transport transport;
    private final @Nullable CallStart callStart;
    private final SmallDownload download = new SmallDownload();
    private final Map<CallerSettings, CallerSettings> interned = new ConcurrentHashMap<>();
    private final AtomicBoolean logged = new AtomicBoolean();
    private final LongAdder underWay = new LongAdder();

    /**
     * @param admissions decides which requests belong to the mesh
     * @param identities the own certificates and trusted authorities
     * @param observers null: there are none
     * @param scripted sends the attempts of users' tests; null: in production
     */
    public Engine(
            Time time,
            Admission.Source admissions,
            Identities identities,
            @Nullable Observers observers,
            @Nullable Wire scripted) {
        this.time = time;
        this.admissions = admissions;
        this.transport = new Transport(time, identities, ChosenPath.of(OkHttpVersion.found()), scripted);
        this.callStart = observers == null ? null : new CallStart(time, admissions, observers);
    }

    /** Downloads a small document without the mesh and its clients; it is not a call of the user. */
    public byte[] download(URI uri, int maxBytes, Duration timeout) throws IOException {
        return download.get(uri, maxBytes, timeout);
    }

    /** A client with the mesh as its last interceptor. */
    public OkHttpClient wrap(OkHttpClient client) {
        if (!RealCallAccess.canFindClient() && !logged.getAndSet(true)) {
            LOG.warn(
                    "OkHttp's calls do not show their client here: interceptors and settings that are added to a client"
                            + " after Mesh.wrap are without effect on hosts of the mesh; wrap last, or run {} (logged once)",
                    RealCallAccess.jvmToRun());
        }
        EventListener.Factory factory = client.eventListenerFactory();
        return client.newBuilder()
                .addInterceptor(new Entry(client))
                .eventListenerFactory(call -> InboundCapture.before(listening(factory.create(call))))
                .build();
    }

    private EventListener listening(EventListener caller) {
        EventListener held = caller == EventListener.NONE || RealCallAccess.canReplaceListener()
                ? caller
                : new OuterListener(caller);
        return callStart == null
                ? held
                : callStart.plus(held); // first: a listener of the caller that throws ends no observation
    }

    /** As {@link #wrap}, on the client's dispatcher without its limit by logical host. */
    public Call.Factory callFactory(OkHttpClient client) {
        return wrap(CallerDispatcher.unlimited(client));
    }

    /** The entry of a wrapped client; clients made from it by {@code newBuilder()} share it. */
    final class Entry implements Interceptor {
        private final OkHttpClient wrapped;
        private volatile @Nullable WrappedClient last;

        Entry(OkHttpClient wrapped) {
            this.wrapped = wrapped;
        }

        @Override
        public Response intercept(Chain chain) throws IOException {
            OkHttpClient known = RealCallAccess.client(chain.call());
            OkHttpClient client = known == null ? wrapped : known;
            List<Interceptor> interceptors = client.interceptors();
            int own = placeIn(interceptors); // -1 also if an interceptor of the caller wraps it
            Request request = chain.request();
            if (known != null && own >= 0 && own + 1 < interceptors.size()) {
                return new TailChain(this, chain, client, interceptors, own + 1, request).proceed(request);
            }
            Admission admission = admit(request);
            return admission instanceof Admission.Ours
                    ? engineCall(chain, client).follow(request, admission, null)
                    : outside(chain, client, request);
        }

        /** Not {@code indexOf}, which allocates an iterator. */
        private int placeIn(List<Interceptor> interceptors) {
            for (int i = 0; i < interceptors.size(); i++) {
                if (interceptors.get(i) == this) {
                    return i;
                }
            }
            return -1;
        }

        /**
         * A host outside the mesh: the caller's own client sends the call unchanged, except for redirects that lead into the
         * mesh.
         */
        private Response outside(Chain chain, OkHttpClient client, Request request) throws IOException {
            PassThrough watch = new PassThrough(admissions);
            chain.call().addEventListener(watch);
            try {
                return chain.proceed(request);
            } catch (PassThrough.EntersMesh redirect) {
                watch.end();
                return engineCall(chain, client).follow(redirect.next, admit(redirect.next), redirect.prior);
            } finally {
                watch.end(); // the interceptor above may continue with a host of the mesh
            }
        }

        /** Runs a logical call. */
        Response run(Chain chain, OkHttpClient client, Request request) throws IOException {
            return engineCall(chain, client).follow(request, admit(request), null);
        }

        private EngineCall engineCall(Chain chain, OkHttpClient client) {
            boolean webSocket = isWebSocket(chain);
            WrappedClient known = last;
            if (known == null || known.client != client || !known.settings.fits(chain, webSocket)) {
                known = new WrappedClient(Engine.this, client, interned(CallerSettings.of(client, chain, webSocket)));
                last = known;
            }
            return EngineCall.of(known, chain);
        }

        @Override
        public String toString() {
            return "mesh";
        }
    }

    private static boolean isWebSocket(Interceptor.Chain chain) {
        Boolean known = RealCallAccess.isWebSocket(chain.call());
        return known != null
                ? known
                : "websocket".equalsIgnoreCase(chain.request().header("Upgrade"));
    }

    /** A caller of this engine. */
    record WrappedClient(Engine engine, OkHttpClient client, CallerSettings settings) implements Caller, CheckWire {
        @Override
        public int check(Backend backend, Endpoint endpoint, Request request, long timeoutNanos) throws IOException {
            return engine.transport.check(this, backend, endpoint, request, timeoutNanos);
        }
    }

    private CallerSettings interned(CallerSettings fresh) {
        if (interned.size() >= MAX_SETTINGS) {
            interned.clear();
        }
        CallerSettings known = interned.putIfAbsent(fresh, fresh);
        return known == null ? fresh : known;
    }

    Time time() {
        return time;
    }

    Admission admit(Request request) {
        return admissions.admit(request.url().host(), request.url().port());
    }

    Transport transport() {
        return transport;
    }

    /** Counts a call until {@link #ended}. */
    void begins() {
        underWay.increment();
    }

    void ended() {
        underWay.decrement();
    }

    /** Begins to observe calls where they are made; null: there are no observers. */
    @Nullable
    CallStart callStart() {
        return callStart;
    }

    /** The options of a call that this thread would create now. */
    public static MeshOptions options(Request request) {
        return CallOptions.now(request);
    }

    /** The number of running calls, including those that wait for their next attempt. */
    public long underWay() {
        return underWay.sum();
    }

    /** Closes the idle connections of an endpoint; busy ones finish first. */
    public void retire(EndpointHealth endpoint) {
        EndpointTransport transport = endpoint.transport();
        if (transport != null) {
            transport.retire();
        }
    }

    /** Applies a change of an identity to the connections of an endpoint. */
    public void trustChanged(EndpointHealth endpoint) {
        EndpointTransport transport = endpoint.transport();
        if (transport != null) {
            transport.trustChanged();
        }
    }

    /** Drops what was derived from the callers' clients; what was for an endpoint is dropped with it. */
    public void close() {
        interned.clear();
        transport.close();
    }
}
