package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.okhttp.events.RealCallAccess;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Runs the calls of a call factory on the dispatcher of the caller's client, without its limit for each host. OkHttp counts by
 * the host of the URL, so the caller's dispatcher runs a carrier for each call, and each carrier has a host of its own: it
 * waits, is counted and is cancelled for the call, and an asynchronous call runs on its thread.
 */
final class CallerDispatcher extends AbstractExecutorService implements Interceptor {
    private static final ThreadLocal<@Nullable Carrier> STARTING = new ThreadLocal<>();

    /** The response of each carrier of an asynchronous call, which reads none of it. */
    private static final Response DONE = new Response.Builder()
            .request(new Request.Builder().url("http://mesh.invalid/").build())
            .protocol(Protocol.HTTP_1_1)
            .code(200)
            .message("")
            .build();

    private final Dispatcher callers;
    private final OkHttpClient carriers;
    private final Queue<HttpUrl> urls = new ConcurrentLinkedQueue<>(); // not in use: making one is expensive
    private final AtomicLong made = new AtomicLong();

    private CallerDispatcher(OkHttpClient client) {
        callers = client.dispatcher();
        OkHttpClient.Builder builder = client.newBuilder();
        builder.interceptors().clear();
        builder.networkInterceptors().clear();
        carriers = builder.addInterceptor(CallerDispatcher::carry)
                .eventListener(EventListener.NONE)
                .callTimeout(0, TimeUnit.MILLISECONDS)
                .build();
    }

    /** A client like this one whose calls its dispatcher runs without a limit for each host. */
    static OkHttpClient unlimited(OkHttpClient client) {
        CallerDispatcher shared = new CallerDispatcher(client);
        Dispatcher own = new Dispatcher(shared);
        own.setMaxRequests(Integer.MAX_VALUE);
        own.setMaxRequestsPerHost(Integer.MAX_VALUE);
        OkHttpClient.Builder builder = client.newBuilder().dispatcher(own);
        builder.interceptors().add(0, shared);
        return builder.build();
    }

    /** A carrier is the only listener of its call: found there, it needs no tag and no other request. */
    private static Response carry(Chain chain) throws IOException {
        EventListener listener = chain.getEventListener();
        if (listener instanceof Carrier carrier) {
            return carrier.run(chain);
        }
        throw new IOException("a listener, " + listener.getClass().getName()
                + ", was added to the call by which mesh.callFactory waits in the dispatcher of its client; remove what adds it to"
                + " all calls of the process, an agent for example, or use mesh.wrap(client)");
    }

    /** A carrier's cancellation reaches its call. */
    private abstract static class Carrier extends EventListener {
        private volatile @Nullable Call carried;
        private volatile boolean cancelled;

        abstract Response run(Chain chain) throws IOException;

        final void carries(Call call) {
            carried = call;
            if (cancelled) {
                call.cancel();
            }
        }

        @Override
        public final void canceled(Call carrier) {
            cancelled = true;
            Call call = carried;
            if (call != null) {
                call.cancel();
            }
        }
    }

    /** Of a call that runs on the caller's thread. */
    private static final class Synchronous extends Carrier {
        private final Chain chain;

        Synchronous(Chain chain) {
            this.chain = chain;
            carries(chain.call());
        }

        @Override
        Response run(Chain ofCarrier) throws IOException {
            return chain.proceed(chain.request());
        }
    }

    /** Of a call that waits in the caller's dispatcher. */
    private final class Asynchronous extends Carrier implements Callback {
        private final Runnable run;
        private boolean started; // guarded by this, as the next two
        private boolean rejected;
        private boolean waits;

        Asynchronous(Runnable run) {
            this.run = run;
        }

        @Override
        Response run(Chain ofCarrier) {
            synchronized (this) {
                started = true;
            }
            try {
                runHere();
            } finally {
                urls.add(ofCarrier.request().url());
            }
            return DONE;
        }

        private void runHere() {
            STARTING.set(this);
            try {
                run.run();
            } finally {
                STARTING.remove();
            }
        }

        @Override
        public void onResponse(Call carrier, Response response) {}

        /** The caller's executor takes no more calls: if the carrier has waited, its call ends as cancelled. */
        @Override
        public void onFailure(Call carrier, IOException e) {
            boolean late;
            synchronized (this) {
                rejected = true;
                late = waits && !started;
            }
            if (late) {
                canceled(carrier);
                runHere();
            }
        }

        /** Whether its carrier runs or waits. */
        synchronized boolean isTaken() {
            waits = true;
            return started || !rejected;
        }
    }

    /** An asynchronous call of the factory begins. */
    @Override
    public void execute(Runnable asynchronous) {
        Asynchronous carrier = new Asynchronous(asynchronous);
        Call call = RealCallAccess.ofRunnable(asynchronous);
        HttpUrl free = urls.poll();
        HttpUrl url = free == null ? HttpUrl.get("http://call-" + made.incrementAndGet() + ".mesh.invalid/") : free;
        Request.Builder request =
                call == null ? new Request.Builder() : call.request().newBuilder();
        Call carrying = carriers.newCall(request.url(url).build());
        if (call != null) {
            carrier.carries(call);
        }
        carrying.addEventListener(carrier);
        carrying.enqueue(carrier);
        if (!carrier.isTaken()) {
            throw new RejectedExecutionException("the executor of the client's dispatcher takes no more calls");
        }
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        Carrier carrier = STARTING.get();
        if (carrier != null) {
            STARTING.remove(); // its callback may make other calls
            carrier.carries(chain.call());
            return chain.proceed(chain.request());
        }
        Carrier fresh = new Synchronous(chain);
        Call carrying = carriers.newCall(chain.request());
        carrying.addEventListener(fresh);
        return carrying.execute();
    }

    private ExecutorService executor() {
        return callers.executorService();
    }

    @Override
    public void shutdown() {
        executor().shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return executor().shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return executor().isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return executor().isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return executor().awaitTermination(timeout, unit);
    }
}
