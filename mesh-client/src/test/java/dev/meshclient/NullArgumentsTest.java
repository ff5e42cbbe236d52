package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.TokenSource;
import dev.meshclient.identity.TrustBundle;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.policy.json.PolicyCodec;
import dev.meshclient.registry.HttpPolicySource;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.simulator.Simulator;
import dev.meshclient.telemetry.AccessLog;
import dev.meshclient.telemetry.MeshMetrics;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.FakeService;
import dev.meshclient.test.TestMesh;
import dev.meshclient.tls.ServerTls;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An argument that must not be null is named, with what to pass instead. */
class NullArgumentsTest {
    private static final String DOCUMENT = Documents.mesh("t")
            .services(Documents.service("orders").endpoint(80))
            .json();
    private static final Map<Class<?>, Object> SAMPLES = new LinkedHashMap<>();

    static {
        Request request = new Request.Builder().url("http://orders/").build();
        SAMPLES.put(String.class, "a");
        SAMPLES.put(URI.class, URI.create("http://registry/"));
        SAMPLES.put(byte[].class, DOCUMENT.getBytes(StandardCharsets.UTF_8));
        SAMPLES.put(long.class, 1L);
        SAMPLES.put(List.class, List.of());
        SAMPLES.put(MeterRegistry.class, new SimpleMeterRegistry());
        SAMPLES.put(Path.class, Path.of("a"));
        SAMPLES.put(Duration.class, Duration.ofSeconds(1));
        SAMPLES.put(Throwable.class, new IllegalStateException());
        SAMPLES.put(OkHttpClient.class, new OkHttpClient());
        SAMPLES.put(PolicySource.class, PolicySource.of(DOCUMENT));
        SAMPLES.put(MemoryPolicySource.class, PolicySource.of(DOCUMENT));
        SAMPLES.put(FakeAnswer.class, FakeAnswer.status(503));
        SAMPLES.put(
                Response.class,
                new Response.Builder()
                        .request(request)
                        .protocol(Protocol.HTTP_1_1)
                        .code(200)
                        .message("")
                        .build());
    }

    private static Object sample(Class<?> type) {
        Object known = SAMPLES.get(type);
        if (known != null) {
            return known;
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        if (type.isInterface()) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> null);
        }
        return "a";
    }

    /** The methods that say anything else of a null, each with what it says. */
    private static List<String> bad(@Nullable Object target, Class<?> type) throws IllegalAccessException {
        List<String> bad = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            boolean ours = Modifier.isPublic(method.getModifiers())
                    && !method.isSynthetic()
                    && !method.getName().matches("equals|watch|maxBytes|attempts|status|snapshotDirectory")
                    && Modifier.isStatic(method.getModifiers()) == (target == null);
            Class<?>[] parameters = method.getParameterTypes();
            for (int i = 0; ours && i < parameters.length; i++) {
                if (!parameters[i].isPrimitive() && !isNullLegal(method, i)) {
                    String message = message(target, method, i);
                    if (!message.matches("\\w+ must not be null: pass .*")) {
                        bad.add(type.getSimpleName() + "." + method.getName() + " #" + i + ": " + message);
                    }
                }
            }
        }
        return bad;
    }

    private static boolean isNullLegal(Method method, int parameter) {
        return method.getAnnotatedParameterTypes()[parameter].isAnnotationPresent(Nullable.class);
    }

    private static String message(@Nullable Object target, Method method, int nullAt) throws IllegalAccessException {
        Class<?>[] parameters = method.getParameterTypes();
        @Nullable Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            arguments[i] = i == nullAt ? null : sample(parameters[i]);
        }
        try {
            method.invoke(target, arguments);
            return "no exception";
        } catch (InvocationTargetException e) {
            return String.valueOf(Objects.requireNonNull(e.getCause()).getMessage());
        }
    }

    @Test
    void a_null_that_is_not_legal_is_named_with_what_to_pass() throws Exception {
        List<String> bad = new ArrayList<>();
        for (Class<?> type : List.of(
                Mesh.class,
                Workload.class,
                InboundContext.class,
                PolicySource.class,
                MountedIdentity.class,
                TokenSource.class,
                WorkloadIdentity.class,
                SpiffeId.class,
                TrustBundle.class,
                PolicyCodec.class,
                ServerTls.class,
                AccessLog.class,
                MeshMetrics.class,
                Simulator.class,
                TestMesh.class)) {
            bad.addAll(bad(null, type));
        }
        try (TestMesh mesh = TestMesh.of(DOCUMENT)) {
            bad.addAll(bad(mesh, TestMesh.class));
            bad.addAll(bad(mesh.mesh(), Mesh.class));
            bad.addAll(bad(mesh.service("orders"), FakeService.class));
        }
        bad.addAll(bad(Mesh.builder(), Mesh.Builder.class));
        bad.addAll(bad(MeshOptions.DEFAULT, MeshOptions.class));
        bad.addAll(bad(Workload.unknown(), Workload.class));
        bad.addAll(bad(PolicySource.of(DOCUMENT), MemoryPolicySource.class));
        bad.addAll(bad(PolicySource.http(URI.create("http://registry/")), HttpPolicySource.class));
        bad.addAll(bad(MountedIdentity.at(Path.of("a")), MountedIdentity.class));
        bad.addAll(bad(AccessLog.json(line -> {}), AccessLog.class));
        bad.addAll(bad(MeshMetrics.bindTo(new SimpleMeterRegistry()), MeshMetrics.class));
        bad.addAll(bad(FakeAnswer.status(503), FakeAnswer.class));

        assertThat(bad).isEmpty();
    }
}
