package dev.meshclient.internal.okhttp;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Admission;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.DecisionNote;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import java.io.IOException;
import java.net.ProtocolException;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A caller's call in the engine, once for each time that it comes in: its hops, each through the layers of its host, and
 * the wire of their attempts. A redirect or a challenge makes another hop.
 */
final class EngineCall implements Wire {
    private final Engine engine;
    private final Interceptor.Chain chain;
    private final OkHttpClient client;
    private final LogicalCall logical;
    private final CallerSettings settings;
    private volatile @Nullable InnerCall last; // of the hop that runs

    EngineCall(
            Engine engine, Interceptor.Chain chain, OkHttpClient client, LogicalCall logical, CallerSettings settings) {
        this.engine = engine;
        this.chain = chain;
        this.client = client;
        this.logical = logical;
        this.settings = settings;
    }

    LogicalCall logical() {
        return logical;
    }

    OkHttpClient client() {
        return client;
    }

    CallerSettings settings() {
        return settings;
    }

    @Override
    public Response send(Attempt attempt) throws IOException {
        InnerCall inner = new InnerCall(engine.time(), this, attempt);
        last = inner;
        return engine.transport().send(inner);
    }

    Response follow(Request first, Admission ofFirst, @Nullable Response before) throws IOException {
        Request request = first;
        Admission admission = ofFirst;
        Response prior = before;
        for (int followUps = prior == null ? 0 : 1; ; followUps++) {
            Response response = hop(request, admission);
            Request next = null;
            boolean kept = false;
            try {
                if (prior != null) {
                    response = FollowUps.after(FollowUps.withoutBody(prior), response);
                }
                next = next(response);
                if (next == null) {
                    logical.listener().followUpDecision(logical.outer(), response, null);
                    logical.holdEndForJoined();
                    if (logical.tellsEndAtOnce()) {
                        logical.interceptorsReturned();
                    }
                    kept = true;
                    return response;
                }
                close(request, response);
                if (followUps == FollowUps.MAX) {
                    logical.listener().followUpDecision(logical.outer(), response, null);
                    throw new ProtocolException("Too many follow-up requests: " + (followUps + 1));
                }
                logical.listener().followUpDecision(logical.outer(), response, next);
                kept = true;
            } finally {
                if (!kept) {
                    abandon();
                    response.close();
                }
            }
            request = next;
            admission = engine.admit(request);
            prior = response;
        }
    }

    private Response hop(Request request, Admission admission) throws IOException {
        if (logical.outer().isCanceled()) {
            throw new IOException("Canceled");
        }
        last = null;
        Call call = new Call(engine.time(), request, options(request), this);
        call.deadline(logical.deadline());
        engine.begins(call);
        logical.current(call);
        try {
            return call.run(admission instanceof Admission.Ours ours ? ours.layers() : EngineCall::passThrough);
        } catch (IOException e) {
            logical.holdEndForJoined();
            if (logical.tellsEndAtOnce()) { // nothing holds the outer callFailed back: tell the release now
                logical.interceptorsReturned();
            }
            IOException told = asTold(call, e);
            if (!(told instanceof MeshFailure) && hasPartOfMesh(call)) {
                told.addSuppressed(new DecisionNote(call.decision()));
            }
            throw told;
        }
    }

    private static Response passThrough(Call call) throws IOException {
        return call.beginAttempt().send();
    }

    private static MeshOptions options(Request request) {
        MeshOptions stated = request.tag(MeshOptions.class);
        MeshOptions options =
                stated != null ? stated : request.tag() instanceof MeshOptions said ? said : MeshOptions.DEFAULT;
        InboundContext inbound = options.inbound() == null ? InboundContext.current() : options.inbound();
        return inbound == null ? options : inbound.applied(options);
    }

    /** A caller who cancels gets what the attempt that ran then said, as with OkHttp; in a pause none ran. */
    private static IOException asTold(Call call, IOException e) {
        Attempt attempt = call.latest();
        if (attempt == null || attempt.outcome() != Outcome.CANCELLED || !(e instanceof LogicalCall.Canceled)) {
            return e;
        }
        IOException said = attempt.failure();
        return said == null ? e : said;
    }

    /**
     * Whether the mesh had a part in a failure: an endpoint of its own, an earlier attempt, or a limit that ended this one.
     * Where it only looked on there is nothing to explain, and the exception stays as OkHttp made it.
     */
    private boolean hasPartOfMesh(Call call) {
        Attempt attempt = call.latest();
        if (attempt == null) {
            return false;
        }
        InnerCall inner = last;
        IOException cause = attempt.cancelCause();
        return (inner != null && inner.toMesh)
                || call.attempts() > 1
                || (cause != null && !(cause instanceof LogicalCall.Canceled));
    }

    private @Nullable Request next(Response response) throws IOException {
        InnerCall last = this.last;
        boolean toMesh = last != null && last.toMesh;
        Request next = FollowUps.next(response, last == null ? null : last.route(), chain, !toMesh);
        return next == null || FollowUps.isOneShot(next) ? null : next;
    }

    /** OkHttp would keep the connection; a duplex request may go on writing into the abandoned attempt for long. */
    private void close(Request request, Response response) {
        logical.holdRelease();
        response.close();
        RequestBody body = request.body();
        if (body != null && body.isDuplex()) {
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
