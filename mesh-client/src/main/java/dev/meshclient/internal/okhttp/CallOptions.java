package dev.meshclient.internal.okhttp;

import dev.meshclient.InboundContext;
import dev.meshclient.MeshOptions;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.reflect.KClass;
import okhttp3.Call;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Reads the options of a call: the tag of its request, with the inbound request that its creator handles. */
final class CallOptions {
    // Made once: OkHttp's methods that take a Java class make one of these for each call.
    private static final KClass<MeshOptions> TYPED = JvmClassMappingKt.getKotlinClass(MeshOptions.class);
    private static final KClass<Object> UNTYPED = JvmClassMappingKt.getKotlinClass(Object.class);

    private CallOptions() {}

    /** Those of a call of the caller, whose request may have changed since. */
    static MeshOptions of(Call outer, Request request) {
        MeshOptions stated = stated(request);
        return stated.inbound() == null ? with(stated, InboundCapture.of(outer)) : stated;
    }

    /** Those of a call that this thread would create now. */
    static MeshOptions now(Request request) {
        MeshOptions stated = stated(request);
        return stated.inbound() == null ? with(stated, InboundContext.current()) : stated;
    }

    private static MeshOptions with(MeshOptions stated, @Nullable InboundContext inbound) {
        return inbound == null ? stated : stated.withInbound(inbound);
    }

    private static MeshOptions stated(Request request) {
        MeshOptions typed = request.tag(TYPED);
        return typed != null ? typed : request.tag(UNTYPED) instanceof MeshOptions said ? said : MeshOptions.DEFAULT;
    }
}
