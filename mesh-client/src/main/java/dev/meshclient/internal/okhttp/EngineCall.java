package dev.meshclient.internal.okhttp;

import dev.meshclient.MeshFailure;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.call.DecisionNote;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Streams;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.okhttp.attempt.InnerCall;
import dev.meshclient.internal.okhttp.attempt.OuterCall;
import dev.meshclient.internal.okhttp.client.Caller;
import dev.meshclient.internal.okhttp.direct.RequestHeaders;
import dev.meshclient.internal.okhttp.events.CallStart;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.jvm.functions.Function0;
import kotlin.reflect.KClass;
import okhttp3.CookieJar;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A caller's call in the engine: its hops, each through the layers of its host, and the wire of their attempts. A redirect or a
 * challenge makes another hop.
 */
final class EngineCall extends OuterCall implements Wire, Function0<EngineCall> {
    // Made once: OkHttp's methods that take a Java class make one for each call.
    private static final KClass<EngineCall> ENGINE_CALL = JvmClassMappingKt.getKotlinClass(EngineCall.class);

    private volatile Engine.WrappedClient caller;
    private volatile @Nullable InnerCall last; // of the running hop
    private @Nullable List<InnerCall> hedges; // not decided yet; guarded by this

    private EngineCall(Engine.WrappedClient caller, Interceptor.Chain chain) {
        super(caller.engine().time(), chain);
        this.caller = caller;
    }

    /** Enters a call, perhaps again: an interceptor above the mesh may proceed more than once. */
    static EngineCall of(Engine.WrappedClient caller, Interceptor.Chain chain) {
        EngineCall fresh = new EngineCall(caller, chain);
        EngineCall call = chain.call().tag(ENGINE_CALL, fresh);
        if (call == fresh) {
            call.listen();
            return call;
        }
        call.checkClosed();
        call.caller = caller;
        call.chain(chain);
        return call;
    }

    /** The tag of the caller's call; the object is its own factory, to save an allocation. */
    @Override
    public EngineCall invoke() {
        return this;
    }

    @Override
    protected Caller caller() {
        return caller;
    }

    @Override
    protected Time time() {
        return caller.engine().time();
    }

    @Override
    public Response send(Attempt attempt) throws IOException {
        InnerCall inner = new InnerCall(attempt, this);
        if (attempt.isHedge()) {
            addHedge(inner);
            attempt.throwIfCancelled(); // it may have been decided before this one was in the list
        } else {
            last = inner;
        }
        return caller.engine().transport().send(inner);
    }

    /** As OkHttp asks the jar for each attempt; by the URL that is sent, so that secure cookies count over TLS. */
    @Override
    public String cookies(Call call) {
        CookieJar jar = caller.settings().cookieJar();
        Target target = call.target();
        if (jar == CookieJar.NO_COOKIES || target == null) {
            return "";
        }
        return RequestHeaders.cookie(
                jar.loadForRequest(caller.engine().transport().url(call.request(), target.backend())));
    }

    private synchronized void addHedge(InnerCall hedge) {
        if (hedges == null) {
            hedges = new ArrayList<>(2);
        }
        hedges.add(hedge);
    }

    private synchronized List<InnerCall> takeHedges() {
        List<InnerCall> all = hedges;
        hedges = null;
        return all == null ? List.of() : all;
    }

    @Override
    public void decided(Attempt attempt) {
        InnerCall chosen = null;
        for (InnerCall hedge : takeHedges()) {
            if (hedge.isOf(attempt)) {
                chosen = hedge;
            } else {
                hedge.drop();
            }
        }
        if (chosen != null) {
            last = chosen;
            chosen.choose();
        }
    }

    Response follow(Request first, Admission ofFirst, @Nullable Response before) throws IOException {
        Request request = first;
        Admission admission = ofFirst;
        Response prior = before;
        int sent = 0;
        for (int followUps = prior == null ? 0 : 1; ; followUps++) {
            Call call = entered(request, admission);
            call.resends(sent);
            Response response = hop(call, admission);
            sent += call.attempts();
            Request next = null;
            boolean kept = false;
            try {
                if (prior != null) {
                    response = FollowUps.after(FollowUps.withoutBody(prior), response);
                }
                next = next(response);
                if (next == null) {
                    responds(request, response);
                    kept = true;
                    return response;
                }
                close(request, response);
                if (followUps == FollowUps.MAX) {
                    listener().followUpDecision(outer(), response, null);
                    throw new ProtocolException("Too many follow-up requests: " + (followUps + 1));
                }
                listener().followUpDecision(outer(), response, next);
                kept = true;
            } finally {
                if (!kept) {
                    abandon();
                    response.close();
                }
            }
            request = next;
            admission = caller.engine().admit(request);
            prior = response;
        }
    }

    /** No follow-up is made: the caller gets this response. */
    private void responds(Request request, Response response) {
        listener().followUpDecision(outer(), response, null);
        if (Streams.isUpgrade(response) || isDuplex(request)) {
            endTimeoutAtHeaders();
        }
        engineReturns();
    }

    private static boolean isDuplex(Request request) {
        RequestBody body = request.body();
        return body != null && body.isDuplex();
    }

    private Response hop(Call call, Admission admission) throws IOException {
        last = null;
        call.deadline(deadline());
        caller.engine().begins();
        current(call);
        try {
            return call.run(admission instanceof Admission.Ours ours ? ours.layers() : EngineCall::passThrough);
        } catch (IOException e) {
            engineReturns();
            Attempt attempt = call.deciding();
            if (!(e instanceof MeshFailure) && attempt != null && hasPartOfMesh(call, attempt)) {
                attempt.attach(e, new DecisionNote(call.decision()));
            }
            throw e;
        }
    }

    private Call entered(Request request, Admission admission) {
        Engine engine = caller.engine();
        CallStart start = admission instanceof Admission.Ours ? engine.callStart() : null;
        Call announced = start == null ? null : start.take(outer());
        if (announced == null) {
            return new Call(engine.time(), request, CallOptions.of(outer(), request), this);
        }
        announced.enter(request, CallOptions.of(outer(), request), this);
        return announced;
    }

    @Override
    public @Nullable CheckWire checks() {
        return caller;
    }

    @Override
    public boolean repeatsUnanswered() {
        return caller.settings().retryOnConnectionFailure();
    }

    @Override
    public void ended() {
        caller.engine().ended();
    }

    private static Response passThrough(Call call) throws IOException {
        return call.beginAttempt().send();
    }

    /**
     * A caller that cancels gets what OkHttp gives: "Socket closed" over HTTP/1.1; otherwise "Canceled", with the failure of the
     * attempt as its cause. A limit of the mesh that was first stays, and so does the failure of a call that only OkHttp handled.
     */
    @Override
    public IOException reported(Call call, IOException e) {
        Attempt attempt = call.deciding();
        IOException said = attempt != null && attempt.outcome() == Outcome.CANCELLED && e instanceof Canceled
                ? attempt.failure()
                : null;
        IOException failure = said == null ? e : said;
        IOException cause = call.cancelCause();
        boolean byCaller = outer().isCanceled() && (cause == null || cause instanceof Canceled);
        boolean ours = failure instanceof Canceled || isToEndpoint();
        return byCaller && ours && !isOfCancelling(failure) ? new IOException("Canceled", failure) : failure;
    }

    private static boolean isOfCancelling(IOException e) {
        return e.getClass() == SocketException.class
                || (e.getClass() == IOException.class && "Canceled".equals(e.getMessage()));
    }

    /**
     * Whether the mesh contributed to a failure: an endpoint of its own, an earlier attempt, or a limit that ended this one.
     * Otherwise there is nothing to explain, and the exception stays as OkHttp made it.
     */
    private boolean hasPartOfMesh(Call call, Attempt attempt) {
        IOException cause = attempt.cancelCause();
        return isToEndpoint() || call.attempts() > 1 || (cause != null && !(cause instanceof Canceled));
    }

    private boolean isToEndpoint() {
        InnerCall inner = last;
        return inner != null && inner.isToEndpoint();
    }

    private @Nullable Request next(Response response) throws IOException {
        Request next = FollowUps.next(response, last, chain(), !isToEndpoint());
        return next == null || FollowUps.isOneShot(next) ? null : next;
    }

    /** OkHttp would keep the connection; a duplex request may continue to write into the abandoned attempt for long. */
    private void close(Request request, Response response) {
        holdRelease();
        response.close();
        if (isDuplex(request)) {
            abandon();
        }
    }

    private void abandon() {
        InnerCall last = this.last;
        if (last != null) {
            last.abandon();
        }
    }
}
