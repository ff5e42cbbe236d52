package dev.meshclient.internal.tracing;

import dev.meshclient.MeshFailure;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
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
    // Of the attempt that runs: attempts follow each other, and each begins and ends on one thread.
    private Span span = Span.getInvalid();
    private Scope scope = Scope.noop();
    private boolean attempted;
    private int shadows; // stated by earlier spans of the call

    CallSpans(Tracing tracing, Context parent) {
        this.tracing = tracing;
        this.parent = parent;
    }

    @Override
    @SuppressWarnings("MustBeClosedChecker") // attemptEnded follows on the same thread, and closes it
    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
        attempted = true;
        CallInfo call = attempt.call();
        span = tracing.start(call, SpanKind.CLIENT, parent);
        if (span.isRecording()) {
            describe(call);
            describe(attempt);
        }
        Context context = parent.with(span);
        tracing.inject(context, call.request(), headers);
        scope = context.makeCurrent(); // last: it must not stay current if something before throws
    }

    private void describe(CallInfo call) {
        set(PEER_NAME, call.service());
        set(ROUTE, call.rule());
        set(BACKEND, call.backend());
        set(POLICY, call.policy());
    }

    private void describe(AttemptInfo attempt) {
        set(ZONE, attempt.zone());
        set(PICK, attempt.pickReason());
        String peer = attempt.endpointName();
        int colon = peer.lastIndexOf(':');
        if (colon > 0) {
            boolean brackets = peer.charAt(0) == '[';
            set(PEER_ADDRESS, brackets ? peer.substring(1, colon - 1) : peer.substring(0, colon));
            span.setAttribute(PEER_PORT, Long.parseLong(peer.substring(colon + 1)));
        }
        int resends = attempt.resends();
        if (resends > 0) {
            span.setAttribute(RESEND_COUNT, (long) resends);
        }
        set(RETRY, attempt.retryReason());
    }

    private void set(AttributeKey<String> key, String value) {
        if (!value.isEmpty()) {
            span.setAttribute(key, value);
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        scope.close();
        if (span.isRecording()) {
            int status = attempt.status();
            if (status != 0) {
                span.setAttribute(STATUS, (long) status);
            }
            if (status >= FIRST_ERROR) {
                span.setAttribute(ERROR_TYPE, Integer.toString(status));
                span.setStatus(StatusCode.ERROR);
            }
            fail(attempt.failure(), attempt.reason());
            shadow(attempt.call());
        }
        span.end();
        scope = Scope.noop();
        span = Span.getInvalid();
    }

    /** Each of these is in one span, so that spans can be counted. */
    private void shadow(CallInfo call) {
        List<String> all = call.shadow();
        if (all.size() > shadows) {
            span.setAttribute(SHADOW, all.subList(shadows, all.size()));
            shadows = all.size();
        }
    }

    /** The caller's own cancellation is no error. */
    private void fail(@Nullable IOException failure, String reason) {
        set(REASON, reason);
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
        span = tracing.start(call, SpanKind.INTERNAL, parent);
        if (span.isRecording()) {
            describe(call);
            fail(failure, call.reason());
            shadow(call);
        }
        span.end();
    }
}
