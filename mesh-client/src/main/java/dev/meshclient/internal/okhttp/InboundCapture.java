package dev.meshclient.internal.okhttp;

import dev.meshclient.InboundContext;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.reflect.KClass;
import okhttp3.Call;
import okhttp3.EventListener;
import org.jspecify.annotations.Nullable;

/**
 * The inbound request that the creator of a call handled then: OkHttp runs asynchronous calls on other threads. It is a
 * listener, because a new call has no tags before it starts.
 */
final class InboundCapture extends EventListener {
    // Made once: OkHttp's method that takes a Java class makes one of these for each call.
    private static final KClass<InboundCapture> TAG = JvmClassMappingKt.getKotlinClass(InboundCapture.class);

    private final InboundContext context;

    private InboundCapture(InboundContext context) {
        this.context = context;
    }

    /** The listener of a call that this thread creates now: the given one, behind a capture if there is a context. */
    static EventListener before(EventListener listener) {
        InboundContext now = InboundContext.current();
        return now == null ? listener : new InboundCapture(now).plus(listener);
    }

    /** The context under which the call was created; otherwise that of this thread, or null. */
    static @Nullable InboundContext of(Call call) {
        InboundCapture captured = call.tag(TAG);
        return captured == null ? InboundContext.current() : captured.context;
    }

    @Override
    public void callStart(Call call) {
        InboundCapture ignored = call.tag(InboundCapture.class, () -> this);
    }
}
