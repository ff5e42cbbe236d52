package dev.meshclient.internal.okhttp.events;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Reference;
import java.util.List;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Reads internals of an OkHttp call: the client that made it, whether it opens a WebSocket, its listener, its place in the list
 * of a connection. Works on the class path, or on the module path with
 * {@code --add-exports okhttp3/okhttp3.internal.connection=dev.meshclient}. Otherwise, or with a later OkHttp without these
 * internals, every result is null and the engine uses what the chain shows.
 */
public final class RealCallAccess {
    private static final boolean OFF = Boolean.getBoolean("mesh.okhttp.publicApiOnly");
    private static final String REAL_CALL = "okhttp3.internal.connection.RealCall";
    private static final @Nullable MethodHandle CLIENT = getter(REAL_CALL, "getClient", OkHttpClient.class);
    private static final @Nullable MethodHandle WEB_SOCKET = getter(REAL_CALL, "getForWebSocket", boolean.class);
    private static final @Nullable MethodHandle LISTENER =
            getter(REAL_CALL, "getEventListener$okhttp", EventListener.class);
    private static final @Nullable MethodHandle CALLS =
            LISTENER == null ? null : getter("okhttp3.internal.connection.RealConnection", "getCalls", List.class);
    private static final @Nullable MethodHandle OF_RUNNABLE = getter(REAL_CALL + "$AsyncCall", "getCall", Call.class);
    private static final @Nullable MethodHandle SET_LISTENER =
            find(REAL_CALL, "setEventListener$okhttp", EventListener.class);

    private RealCallAccess() {}

    /** The options of a JVM in which OkHttp's internals can be read, as the end of a sentence. */
    public static String jvmToRun() {
        return jvmToRun(OFF);
    }

    static String jvmToRun(boolean off) {
        return off
                ? "without -Dmesh.okhttp.publicApiOnly=true"
                : "with --add-exports okhttp3/okhttp3.internal.connection=dev.meshclient";
    }

    private static @Nullable MethodHandle getter(String type, String method, Class<?> result) {
        MethodHandle found = find(type, method);
        return found != null && result.isAssignableFrom(found.type().returnType())
                ? found.asType(MethodType.methodType(Object.class, Object.class))
                : null;
    }

    private static @Nullable MethodHandle find(String type, String method, Class<?>... parameters) {
        if (OFF) {
            return null;
        }
        try {
            return MethodHandles.lookup().unreflect(Class.forName(type).getMethod(method, parameters));
        } catch (ReflectiveOperationException | LinkageError notHere) {
            return null;
        }
    }

    /** The call that OkHttp's dispatcher gives to its executor. */
    public static @Nullable Call ofRunnable(Runnable asynchronous) {
        return (Call) get(OF_RUNNABLE, asynchronous);
    }

    /** Whether {@link #cancel} works here. */
    public static boolean canFindCalls() {
        return CALLS != null;
    }

    /**
     * Cancels the call with this listener that uses the connection, if there is one: OkHttp's connections refer to their calls
     * weakly, so that it can report a response whose body was forgotten.
     */
    public static void cancel(Connection connection, EventListener listener) {
        Call found = null;
        synchronized (connection) { // OkHttp's lock of the list
            if (get(CALLS, connection) instanceof List<?> calls) {
                for (Object reference : calls) {
                    if (((Reference<?>) reference).get() instanceof Call call && listener == get(LISTENER, call)) {
                        found = call;
                    }
                }
            }
        }
        if (found != null) {
            found.cancel();
        }
    }

    /** Whether {@link #client} works here. */
    public static boolean canFindClient() {
        return CLIENT != null;
    }

    /** The client that made the call, with later {@code newBuilder()} changes. */
    public static @Nullable OkHttpClient client(Call call) {
        return (OkHttpClient) get(CLIENT, call);
    }

    /** Null: not known. */
    public static @Nullable Boolean isWebSocket(Call call) {
        return (Boolean) get(WEB_SOCKET, call);
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
        } catch (ClassCastException notOfOkHttp) {
            return false;
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused a listener", e);
        }
    }

    private static @Nullable Object get(@Nullable MethodHandle getter, Object of) {
        if (getter == null) {
            return null;
        }
        try {
            return getter.invokeExact(of);
        } catch (ClassCastException notOfOkHttp) {
            return null;
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused " + getter, e);
        }
    }
}
