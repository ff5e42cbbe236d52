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
    private static final @Nullable MethodHandle CLIENT = find("getClient", OkHttpClient.class);
    private static final @Nullable MethodHandle WEB_SOCKET = find("getForWebSocket", boolean.class);
    private static final @Nullable MethodHandle SET_LISTENER =
            find("setEventListener$okhttp", void.class, EventListener.class);
    private static final @Nullable MethodHandle LISTENER = find("getEventListener$okhttp", EventListener.class);
    private static final @Nullable MethodHandle CALLS = findCalls();
    private static final @Nullable MethodHandle OF_RUNNABLE = findCallOfRunnable();

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

    private static @Nullable MethodHandle findCalls() {
        if (LISTENER == null) {
            return null;
        }
        try {
            Class<?> connection = Class.forName("okhttp3.internal.connection.RealConnection");
            return MethodHandles.lookup()
                    .findVirtual(connection, "getCalls", MethodType.methodType(List.class))
                    .asType(MethodType.methodType(List.class, Connection.class));
        } catch (ReflectiveOperationException | LinkageError notHere) {
            return null;
        }
    }

    private static @Nullable MethodHandle findCallOfRunnable() {
        if (OFF) {
            return null;
        }
        try {
            Class<?> realCall = Class.forName("okhttp3.internal.connection.RealCall");
            return MethodHandles.lookup()
                    .findVirtual(
                            Class.forName(realCall.getName() + "$AsyncCall"),
                            "getCall",
                            MethodType.methodType(realCall))
                    .asType(MethodType.methodType(Call.class, Runnable.class));
        } catch (ReflectiveOperationException | LinkageError notHere) {
            return null;
        }
    }

    /** The call that OkHttp's dispatcher gives to its executor. */
    public static @Nullable Call ofRunnable(Runnable asynchronous) {
        if (OF_RUNNABLE == null) {
            return null;
        }
        try {
            return (Call) OF_RUNNABLE.invoke(asynchronous);
        } catch (ClassCastException another) { // not of OkHttp
            return null;
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused " + OF_RUNNABLE, e);
        }
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
            for (Reference<?> reference : calls(connection)) {
                if (reference.get() instanceof Call call && listener == invoke(LISTENER, call)) {
                    found = call;
                }
            }
        }
        if (found != null) {
            found.cancel();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Reference<?>> calls(Connection connection) {
        if (CALLS == null) {
            return List.of();
        }
        try {
            return (List<Reference<?>>) CALLS.invoke(connection);
        } catch (ClassCastException anotherConnection) { // not an OkHttp connection
            return List.of();
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused " + CALLS, e);
        }
    }

    /** Whether {@link #client} works here. */
    public static boolean canFindClient() {
        return CLIENT != null;
    }

    /** The client that made the call, with later {@code newBuilder()} changes. */
    public static @Nullable OkHttpClient client(Call call) {
        return (OkHttpClient) invoke(CLIENT, call);
    }

    /** Null: not known. */
    public static @Nullable Boolean isWebSocket(Call call) {
        return (Boolean) invoke(WEB_SOCKET, call);
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

    private static @Nullable Object invoke(@Nullable MethodHandle handle, Call call) {
        if (handle == null) {
            return null;
        }
        try {
            return handle.invoke(call);
        } catch (ClassCastException anotherCall) { // not an OkHttp call
            return null;
        } catch (Throwable e) {
            throw new IllegalStateException("OkHttp refused " + handle, e);
        }
    }
}
