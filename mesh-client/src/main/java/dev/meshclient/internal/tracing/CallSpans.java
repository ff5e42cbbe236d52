package dev.meshclient.internal.tracing;

import dev.meshclient.MeshFailure;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The spans of one call: one for each attempt, from its start to its headers or failure. */
final class CallSpans implements CallObserver {
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    private static final AttributeKey<String> PEER_ADDRESS = AttributeKey.stringKey("network.peer.address");
    private static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
    private static final AttributeKey<String> PEER_NAME = AttributeKey.stringKey("service.peer.name");
    private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("mesh.route");
    private static final AttributeKey<String> BACKEND = AttributeKey.stringKey("mesh.backend");
    private static final AttributeKey<String> ZONE = AttributeKey.stringKey("mesh.zone");
    private static final AttributeKey<String> PICK = AttributeKey.stringKey("mesh.pick");
    private static final AttributeKey<String> RETRY = AttributeKey.stringKey("mesh.retry");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("mesh.reason");
    private static final AttributeKey<String> POLICY = AttributeKey.stringKey("mesh.policy");
    private static final AttributeKey<List<String>> SHADOW = AttributeKey.stringArrayKey("mesh.shadow");
    private static final int FIRST_ERROR = 400; // for a client, 4xx is an error too

    private final Tracing tracing;
    private final Context parent;
    private volatile boolean attempted;
    private volatile SpanContext first = SpanContext.getInvalid(); // of the first attempt
    private @Nullable AttemptSpan running; // guarded by this
    private int shadows; // stated by earlier spans of the call; guarded by this

    CallSpans(Tracing tracing, Context parent) {
        this.tracing = tracing;
        this.parent = parent;
    }

    /** The span of an attempt that runs. Each begins and ends on one thread; hedges run on threads of their own. */
    private static final class AttemptSpan {
        private final AttemptInfo attempt;
        private final Span span;
        private Scope scope = Scope.noop();
        private @Nullable AttemptSpan next;

        AttemptSpan(AttemptInfo attempt, Span span) {
            this.attempt = attempt;
            this.span = span;
        }
    }

    private synchronized void add(AttemptSpan begun) {
        begun.next = running;
        running = begun;
    }

    /** Null: its start has failed. */
    private synchronized @Nullable AttemptSpan remove(AttemptInfo attempt) {
        AttemptSpan after = null;
        AttemptSpan found = running;
        while (found != null && found.attempt != attempt) {
            after = found;
            found = found.next;
        }
        if (found == null) {
            return null;
        }
        if (after == null) {
            running = found.next;
        } else {
            after.next = found.next;
        }
        return found;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // attemptEnded follows on the same thread, and closes it
    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
        CallInfo call = attempt.call();
        boolean hedge = attempt.isHedge();
        Span span = tracing.start(call, SpanKind.CLIENT, parent, hedge ? first : SpanContext.getInvalid());
        if (!attempted) { // no hedge begins before
            attempted = true;
            first = span.getSpanContext();
        }
        AttemptSpan begun = new AttemptSpan(attempt, span);
        add(begun);
        if (span.isRecording()) {
            describe(span, call);
            describe(span, attempt);
        }
        Context context = parent.with(span);
        tracing.inject(context, call.request(), headers);
        begun.scope = context.makeCurrent(); // last: it must not stay current if something before throws
    }

    private static void describe(Span span, CallInfo call) {
        set(span, PEER_NAME, call.service());
        set(span, ROUTE, call.rule());
        set(span, BACKEND, call.backend());
        set(span, POLICY, call.policy());
    }

    private static void describe(Span span, AttemptInfo attempt) {
        set(span, ZONE, attempt.zone());
        set(span, PICK, attempt.pickReason());
        String peer = attempt.endpointName();
        int colon = peer.lastIndexOf(':');
        if (colon > 0) {
            boolean brackets = peer.charAt(0) == '[';
            set(span, PEER_ADDRESS, brackets ? peer.substring(1, colon - 1) : peer.substring(0, colon));
            span.setAttribute(PEER_PORT, Long.parseLong(peer.substring(colon + 1)));
        }
        int resends = attempt.resends();
        if (resends > 0) {
            span.setAttribute(RESEND_COUNT, (long) resends);
        }
        set(span, RETRY, attempt.retryReason());
    }

    private static void set(Span span, AttributeKey<String> key, String value) {
        if (!value.isEmpty()) {
            span.setAttribute(key, value);
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        AttemptSpan ended = remove(attempt);
        if (ended == null) {
            return;
        }
        ended.scope.close();
        Span span = ended.span;
        if (span.isRecording()) {
            int status = attempt.status();
            if (status != 0) {
                span.setAttribute(STATUS, (long) status);
            }
            if (status >= FIRST_ERROR) {
                span.setAttribute(ERROR_TYPE, Integer.toString(status));
                span.setStatus(StatusCode.ERROR);
            }
            fail(span, attempt.failure(), attempt.reason());
            shadow(span, attempt.call());
        }
        span.end();
    }

    /** Each of these is in one span, so that spans can be counted. */
    private synchronized void shadow(Span span, CallInfo call) {
        List<String> all = call.shadow();
        if (all.size() > shadows) {
            span.setAttribute(SHADOW, all.subList(shadows, all.size()));
            shadows = all.size();
        }
    }

    /** The caller's own cancellation is no error, and neither is an attempt that another one made superfluous. */
    private void fail(Span span, @Nullable IOException failure, String reason) {
        set(span, REASON, reason);
        if (failure != null && !reason.equals(CallInfo.CANCELLED)) {
            span.setAttribute(ERROR_TYPE, failure.getClass().getName());
            span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
            if (tracing.wantsExceptions()) {
                span.recordException(failure);
            }
        }
    }

    /** A call that the mesh refuses before any attempt has one span that states why. */
    @Override
    public void ended(CallInfo call) {
        IOException failure = call.failure();
        if (attempted || !(failure instanceof MeshFailure)) {
            return;
        }
        Span span = tracing.start(call, SpanKind.INTERNAL, parent, SpanContext.getInvalid());
        if (span.isRecording()) {
            describe(span, call);
            fail(span, failure, call.reason());
            shadow(span, call);
        }
        span.end();
    }
}
