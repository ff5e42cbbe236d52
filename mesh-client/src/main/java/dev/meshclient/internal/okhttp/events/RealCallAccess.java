package dev.meshclient.internal.okhttp.events;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Reads internals of an OkHttp call: the client that made it, whether it opens a WebSocket, its listener. Works on the class
 * path, or on the module path with {@code --add-exports okhttp3/okhttp3.internal.connection=dev.meshclient}. Otherwise, or with
 * a later OkHttp without these internals, every result is null and the engine uses what the chain shows.
 */
public final class RealCallAccess {
    private static final boolean OFF = Boolean.getBoolean("mesh.okhttp.publicApiOnly");
    private static final @Nullable MethodHandle CLIENT = find("getClient", OkHttpClient.class);
    private static final @Nullable MethodHandle WEB_SOCKET = find("getForWebSocket", boolean.class);
    private static final @Nullable MethodHandle SET_LISTENER =
            find("setEventListener$okhttp", void.class, EventListener.class);

    private RealCallAccess() {}

    private static @Nullable MethodHandle find(String name, Class<?> result, Class<?>... arguments) {
        if (OFF) {
            return null;
        }
        try {
            Class<?> realCall = Class.forName("okhttp3.internal.connection.RealCall");
            MethodType type = MethodType.methodType(result, arguments);
            return MethodHandles.lookup()
                    .findVirtual(realCall, name, type)
                    .asType(type.insertParameterTypes(0, Call.class));
        } catch (ReflectiveOperationException | LinkageError notHere) {
            return null;
        }
    }

    /** Whether {@link #client} works here. */
    public static boolean canFindClient() {
        return CLIENT != null;
    }

    /** The client that made the call, with later {@code newBuilder()} changes. */
    public static @Nullable OkHttpClient client(Call call) {
        return CLIENT == null ? null : (OkHttpClient) invoke(CLIENT, call);
    }

    /** Null: not known. */
    public static @Nullable Boolean isWebSocket(Call call) {
        return WEB_SOCKET == null ? null : (Boolean) invoke(WEB_SOCKET, call);
    }

    /** Whether {@link #replaceListener} works here. */
    public static boolean canReplaceListener() {
        return SET_LISTENER != null;
    }

    /** Replaces the call's listener. */
    static boolean replaceListener(Call call, EventListener listener) {
        if (SET_LISTENER == null) {
            return false;
        }
        try {
            SET_LISTENER.invoke(call, listener);
            return true;
        } catch (ClassCastException anotherCall) {
            return false;
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused a listener", e);
        }
    }

    private static @Nullable Object invoke(MethodHandle handle, Call call) {
        try {
            return handle.invoke(call);
        } catch (ClassCastException anotherCall) { // not an OkHttp call
            return null;
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused " + handle, e);
        }
    }
}
