package dev.meshclient.internal.okhttp.direct;

import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.UnreadableResponseBody;
import okhttp3.internal.concurrent.TaskRunner;
import okhttp3.internal.connection.ConnectInterceptor;
import okhttp3.internal.connection.ConnectionListener;
import okhttp3.internal.connection.RealCall;
import okhttp3.internal.http.CallServerInterceptor;
import okhttp3.internal.http.RealInterceptorChain;
import okhttp3.internal.http.RetryAndFollowUpInterceptor;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;

/** The internals of OkHttp that the direct path uses, by their exact signatures. */
final class Signatures {
    private static final List<String> PACKAGES = List.of(
            "okhttp3.internal", "okhttp3.internal.concurrent", "okhttp3.internal.connection", "okhttp3.internal.http");

    private Signatures() {}

    /** Finds the internals; throws if one is missing. */
    interface Search {
        List<Used> all() throws ReflectiveOperationException;
    }

    /** The reason why they cannot be used here; null: there is none. */
    static @Nullable String missing() {
        String hidden = hidden(OkHttpClient.class.getModule(), Signatures.class.getModule());
        return hidden == null ? missing(Signatures::all) : hidden;
    }

    static @Nullable String missing(Search search) {
        try {
            return different(search.all());
        } catch (ReflectiveOperationException | LinkageError e) {
            return "it has no " + e.getMessage();
        }
    }

    /** By names: a class that is not exported cannot be named in code that runs. */
    static @Nullable String hidden(Module okhttp, Module own) {
        List<String> hidden =
                PACKAGES.stream().filter(name -> !okhttp.isExported(name, own)).toList();
        if (hidden.isEmpty()) {
            return null;
        }
        String to = own.isNamed() ? own.getName() : "ALL-UNNAMED";
        return hidden.stream()
                .map(name -> "--add-exports okhttp3/" + name + "=" + to)
                .collect(
                        Collectors.joining(" ", "its module does not export " + String.join(", ", hidden) + " (", ")"));
    }

    private static @Nullable String different(List<Used> all) {
        for (Used used : all) {
            if (used.type != used.expected) {
                return used.found + " is " + used.type.getName() + " in place of " + used.expected.getName();
            }
        }
        int methods = TaskRunner.Backend.class.getMethods().length;
        return methods == 5 ? null : TaskRunner.Backend.class.getName() + " has " + methods + " methods in place of 5";
    }

    /**
     * @param found the constructor, method or field
     * @param type of the field, or of the result
     * @param expected the type that the direct path was compiled with
     */
    record Used(Object found, Class<?> type, Class<?> expected) {}

    static List<Used> all() throws ReflectiveOperationException {
        List<Used> all = new ArrayList<>();
        all.add(constructor(
                RealInterceptorChain.class,
                RealCall.class,
                List.class,
                int.class,
                Void.class,
                Request.class,
                OkHttpClient.class));
        all.add(method(Response.class, RealInterceptorChain.class, "proceed", Request.class));
        all.add(method(IOException.class, RealCall.class, "noMoreExchanges$okhttp", IOException.class));
        all.add(constructor(RetryAndFollowUpInterceptor.class));
        all.add(field(ConnectInterceptor.class, ConnectInterceptor.class, "INSTANCE"));
        all.add(field(CallServerInterceptor.class, CallServerInterceptor.class, "INSTANCE"));
        all.add(constructor(UnreadableResponseBody.class, MediaType.class, long.class));
        all.add(method(BufferedSource.class, UnreadableResponseBody.class, "source"));
        all.add(constructor(
                ConnectionPool.class,
                int.class,
                long.class,
                TimeUnit.class,
                TaskRunner.class,
                ConnectionListener.class));
        all.add(field(ConnectionListener.Companion.class, ConnectionListener.class, "Companion"));
        all.add(method(ConnectionListener.class, ConnectionListener.Companion.class, "getNONE"));
        all.add(constructor(TaskRunner.class, TaskRunner.Backend.class, Logger.class));
        all.add(field(TaskRunner.class, TaskRunner.class, "INSTANCE"));
        all.add(method(TaskRunner.Backend.class, TaskRunner.class, "getBackend"));
        all.add(method(Logger.class, TaskRunner.class, "getLogger$okhttp"));
        Class<?> backend = TaskRunner.Backend.class;
        all.add(method(long.class, backend, "nanoTime"));
        all.add(method(void.class, backend, "coordinatorNotify", TaskRunner.class));
        all.add(method(void.class, backend, "coordinatorWait", TaskRunner.class, long.class));
        all.add(method(BlockingQueue.class, backend, "decorate", BlockingQueue.class));
        all.add(method(void.class, backend, "execute", TaskRunner.class, Runnable.class));
        return all;
    }

    private static Used constructor(Class<?> type, Class<?>... parameters) throws ReflectiveOperationException {
        return new Used(type.getConstructor(parameters), type, type);
    }

    static Used method(Class<?> result, Class<?> type, String name, Class<?>... parameters)
            throws ReflectiveOperationException {
        Method found = type.getMethod(name, parameters);
        return new Used(found, found.getReturnType(), result);
    }

    static Used field(Class<?> expected, Class<?> type, String name) throws ReflectiveOperationException {
        String field = type.getName() + "." + name;
        try {
            return new Used(field, type.getField(name).getType(), expected);
        } catch (NoSuchFieldException e) { // its message is the name alone
            throw new NoSuchFieldException(field);
        }
    }
}
