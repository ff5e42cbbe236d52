package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.Identities;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.Call;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The interceptor of a wrapped client. A call to a host of the mesh goes no further down: each attempt is an inner call, and
 * what OkHttp does above its attempts (redirects, challenges, events, cancelling) is done here.
 */
public final class Engine {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final int MAX_SETTINGS = 256;

    private final Time time;
    private final Admission.Source admissions;
    private final Transport transport;
    private final SmallDownload download = new SmallDownload();
    private final Map<CallerSettings, CallerSettings> interned = new ConcurrentHashMap<>();
    private final AtomicBoolean told = new AtomicBoolean();
    private final LongAdder underWay = new LongAdder();
    private final Runnable oneLess = underWay::decrement; // once for all calls
    private final Set<Dispatcher> dispatchers = // weakly: some frameworks make a client a request
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * @param admissions what the mesh makes of a request
     * @param identities what it proves to peers, and whom it believes
     */
    public Engine(Time time, Admission.Source admissions, Identities identities) {
        this.time = time;
        this.admissions = admissions;
        this.transport = new Transport(time, identities);
    }

    /** A small document, past the mesh and its clients; it is no call of the user's. */
    public byte[] download(URI uri, int maxBytes, Duration timeout) throws IOException {
        return download.get(uri, maxBytes, timeout);
    }

    /** The client with the mesh as its last interceptor. */
    public OkHttpClient wrap(OkHttpClient client) {
        if (!RealCallAccess.canFindClient() && !told.getAndSet(true)) {
            LOG.warn(
                    "OkHttp's calls do not show their client here: interceptors and settings that are added to a client"
                            + " after Mesh.wrap are without effect on hosts of the mesh; wrap last, or run with --add-exports"
                            + " okhttp3/okhttp3.internal.connection=dev.meshclient (told once)");
        }
        OkHttpClient.Builder builder = client.newBuilder().addInterceptor(new Entry(client));
        if (!RealCallAccess.canReplaceListener()) {
            EventListener.Factory factory = client.eventListenerFactory();
            builder.eventListenerFactory(call -> {
                EventListener caller = factory.create(call);
                return caller == EventListener.NONE ? caller : new OuterListener(caller);
            });
        }
        return builder.build();
    }

    /** As {@link #wrap}, with a dispatcher of its own that does not count by logical host. */
    public Call.Factory callFactory(OkHttpClient client) {
        Dispatcher own = new Dispatcher();
        own.setMaxRequests(client.dispatcher().getMaxRequests());
        own.setMaxRequestsPerHost(client.dispatcher().getMaxRequests());
        dispatchers.add(own);
        return wrap(client.newBuilder().dispatcher(own).build());
    }

    /** A wrapped client's way in; clients made from it by {@code newBuilder()} share it. */
    final class Entry implements Interceptor {
        private final OkHttpClient wrapped;
        private volatile @Nullable Seen lastSeen;

        Entry(OkHttpClient wrapped) {
            this.wrapped = wrapped;
        }

        @Override
        public Response intercept(Chain chain) throws IOException {
            OkHttpClient known = RealCallAccess.client(chain.call());
            OkHttpClient client = known == null ? wrapped : known;
            List<Interceptor> interceptors = client.interceptors();
            int own = placeIn(interceptors); // -1 also where somebody wrapped it in an interceptor of his
            Request request = chain.request();
            if (known != null && own >= 0 && own + 1 < interceptors.size()) {
                return new TailChain(this, chain, client, interceptors, own + 1, request).proceed(request);
            }
            Admission admission = admit(request);
            return admission instanceof Admission.Ours
                    ? engineCall(chain, client).follow(request, admission, null)
                    : outside(chain, client, request);
        }

        /** Not {@code indexOf}, which makes an iterator. */
        private int placeIn(List<Interceptor> interceptors) {
            for (int i = 0; i < interceptors.size(); i++) {
                if (interceptors.get(i) == this) {
                    return i;
                }
            }
            return -1;
        }

        /** A host that is not the mesh's: the caller's own client, untouched, but for redirects that lead into the mesh. */
        private Response outside(Chain chain, OkHttpClient client, Request request) throws IOException {
            PassThrough watch = new PassThrough(admissions);
            chain.call().addEventListener(watch);
            try {
                return chain.proceed(request);
            } catch (PassThrough.EntersMesh redirect) {
                watch.end();
                return engineCall(chain, client).follow(redirect.next, admit(redirect.next), redirect.prior);
            } finally {
                watch.end(); // the interceptor above may go on to a host of the mesh
            }
        }

        /** A logical call, from here on ours. */
        Response run(Chain chain, OkHttpClient client, Request request) throws IOException {
            return engineCall(chain, client).follow(request, admit(request), null);
        }

        private EngineCall engineCall(Chain chain, OkHttpClient client) {
            EngineCall call = EngineCall.of(Engine.this, chain, client);
            call.settings(settings(client, chain, call.isWebSocket()));
            return call;
        }

        private CallerSettings settings(OkHttpClient client, Chain chain, boolean webSocket) {
            Seen seen = lastSeen;
            if (seen != null
                    && seen.client == client
                    && seen.settings.webSocket() == webSocket
                    && seen.settings.fits(chain)) {
                return seen.settings;
            }
            CallerSettings settings = interned(CallerSettings.of(client, chain, webSocket));
            lastSeen = new Seen(client, settings);
            return settings;
        }

        @Override
        public String toString() {
            return "mesh";
        }
    }

    /** The settings of the client that called last. */
    private record Seen(OkHttpClient client, CallerSettings settings) {}

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

    /** The call is in hand until it is over. */
    void begins(dev.meshclient.internal.call.Call call) {
        underWay.increment();
        call.onEnd(oneLess);
    }

    /** How many calls the mesh has in hand, those included that wait for their next attempt. */
    public long underWay() {
        return underWay.sum();
    }

    /** Closes the idle connections of an endpoint; what it has in use finishes. */
    public void retire(EndpointHealth endpoint) {
        if (endpoint.transport() instanceof EndpointConnections connections) {
            connections.retire();
        }
    }

    /** What a change of an identity means for the connections of an endpoint. */
    public void trustChanged(EndpointHealth endpoint) {
        if (endpoint.transport() instanceof EndpointConnections connections) {
            connections.trustChanged();
        }
    }

    /** Not a shutdown, which would refuse later calls in OkHttp's words instead of the mesh's. */
    private static void endIdleThreads(Dispatcher dispatcher) {
        if (dispatcher.executorService() instanceof ThreadPoolExecutor threads) {
            threads.setKeepAliveTime(1, TimeUnit.MILLISECONDS);
        }
    }

    /** Ends the threads that were made here, and forgets what was derived from the caller's clients. */
    public void close() {
        dispatchers.forEach(Engine::endIdleThreads);
        interned.clear();
    }
}
