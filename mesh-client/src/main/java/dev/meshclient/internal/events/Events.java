package dev.meshclient.internal.events;

import dev.meshclient.Decision;
import dev.meshclient.MeshFailure;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.telemetry.MeshListener;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what happens; both of its layers are left out where nobody listens. */
public final class Events {
    private static final Logger LOG = LoggerFactory.getLogger(MeshListener.class);

    private Events() {}

    /** Once a call: above everything, so that answers of our own are seen too. */
    public static CallLayer ofCalls(List<MeshListener> listeners, CallLayer next) {
        return listeners.isEmpty() ? next : new Calls(listeners, next);
    }

    /** Once an attempt: above the attempt timer, so that its verdict is seen. */
    public static AttemptLayer ofAttempts(List<MeshListener> listeners, AttemptLayer next) {
        return listeners.isEmpty() ? next : new Attempts(listeners, next);
    }

    /** An endpoint was ejected. */
    public static void ejected(List<MeshListener> listeners, String backend, String endpoint, String why) {
        tell(listeners, l -> l.endpointEjected(backend, endpoint, why));
    }

    /** An endpoint that was ejected is back. */
    public static void returned(List<MeshListener> listeners, String backend, String endpoint, String why) {
        tell(listeners, l -> l.endpointReturned(backend, endpoint, why));
    }

    /** Something was decided about who may call. */
    public static void authorization(List<MeshListener> listeners, AuthorizationEvent event) {
        tell(listeners, l -> l.authorization(event));
    }

    /** Another identity is in use. */
    public static void identityRotated(
            List<MeshListener> listeners, String id, Instant notAfter, boolean trustChanged) {
        tell(listeners, l -> l.identityRotated(id, notAfter, trustChanged));
    }

    /** The source of the identity has none that is good. */
    public static void identityRejected(List<MeshListener> listeners, String source, String reason) {
        tell(listeners, l -> l.identityRejected(source, reason));
    }

    /** The certificate in use was not renewed. */
    public static void identityExpiring(List<MeshListener> listeners, String id, Instant notAfter, int lifePercent) {
        tell(listeners, l -> l.identityExpiring(id, notAfter, lifePercent));
    }

    private record Calls(List<MeshListener> listeners, CallLayer next) implements CallLayer {
        @Override
        public Response call(Call call) throws IOException {
            tell(listeners, l -> l.callStarted(call.request()));
            IOException[] failure = new IOException[1];
            call.onEnd(() -> end(call, failure[0]));
            try {
                return next.call(call);
            } catch (IOException e) {
                failure[0] = e;
                throw e;
            } catch (RuntimeException | Error e) {
                failure[0] = new IOException(e.toString(), e);
                throw e;
            }
        }

        private void end(Call call, @Nullable IOException failure) {
            Decision decision = failure instanceof MeshFailure ours ? ours.decision() : call.decision();
            tell(listeners, l -> l.callEnded(call.request(), decision, failure));
        }

        @Override
        public String toString() {
            return "call events";
        }
    }

    private record Attempts(List<MeshListener> listeners, AttemptLayer next) implements AttemptLayer {
        @Override
        public Response call(Attempt attempt) throws IOException {
            Decision.Attempt started = attempt.asAttempt();
            tell(listeners, l -> l.attemptStarted(attempt.call().request(), started));
            try {
                return next.call(attempt);
            } finally {
                Decision.Attempt ended = attempt.asAttempt();
                tell(listeners, l -> l.attemptEnded(attempt.call().request(), ended));
            }
        }

        @Override
        public String toString() {
            return "attempt events";
        }
    }

    private static void tell(List<MeshListener> listeners, Consumer<MeshListener> event) {
        for (MeshListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException | Error e) {
                LOG.warn("a MeshListener failed and is ignored for this event: {}", listener.getClass(), e);
            }
        }
    }
}
