package dev.meshclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.authz.InboundRequest;
import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.policy.AuthorizationPolicy;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.registry.HttpPolicySource;
import dev.meshclient.registry.MemoryPolicySource;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.FakeService;
import dev.meshclient.test.TestMesh;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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

    /** Methods and types that are left out, and why. */
    private static final Map<String, String> NOT_TRIED = Map.of(
            "equals", "null equals nothing",
            "valueOf", "of an enum: the JDK's",
            "PolicyCheck", "for the readers of this library: code calls PolicyDocument.of",
            "SimulatorCommand", "the JVM passes the arguments of main");

    static {
        Request request = new Request.Builder().url("http://orders/").build();
        SAMPLES.put(String.class, "a");
        SAMPLES.put(URI.class, URI.create("http://registry/"));
        SAMPLES.put(byte[].class, DOCUMENT.getBytes(StandardCharsets.UTF_8));
        SAMPLES.put(long.class, 1L);
        SAMPLES.put(int.class, 1);
        SAMPLES.put(double.class, 1.0);
        SAMPLES.put(boolean.class, true);
        SAMPLES.put(List.class, List.of());
        SAMPLES.put(Map.class, Map.of());
        SAMPLES.put(Set.class, Set.of());
        SAMPLES.put(MeterRegistry.class, new SimpleMeterRegistry());
        SAMPLES.put(Path.class, Path.of("a"));
        SAMPLES.put(Duration.class, Duration.ofSeconds(1));
        SAMPLES.put(Throwable.class, new IllegalStateException());
        SAMPLES.put(OkHttpClient.class, new OkHttpClient());
        SAMPLES.put(PolicySource.class, PolicySource.of(DOCUMENT));
        SAMPLES.put(MemoryPolicySource.class, PolicySource.of(DOCUMENT));
        SAMPLES.put(FakeAnswer.class, FakeAnswer.status(503));
        TestCertificates root = TestCertificates.root("root");
        TestCertificates workload = root.issue(TestCertificates.svid("spiffe://shop.example/orders"));
        SAMPLES.put(X509Certificate.class, workload.certificate());
        SAMPLES.put(PrivateKey.class, workload.key());
        SAMPLES.put(Svid.class, workload.svid(root));
        SAMPLES.put(SpiffeId.class, SpiffeId.parse("spiffe://shop.example/orders"));
        SAMPLES.put(
                MeshPolicy.class,
                MeshPolicy.builder()
                        .metadata(Metadata.builder().mesh("t").build())
                        .build());
        SAMPLES.put(InboundRequest.class, InboundRequest.of("GET", "/").build());
        SAMPLES.put(HttpPolicySource.class, PolicySource.http(URI.create("http://registry/")));
        SAMPLES.put(
                Response.class,
                new Response.Builder()
                        .request(request)
                        .protocol(Protocol.HTTP_1_1)
                        .code(200)
                        .message("")
                        .build());
    }

    private static @Nullable Object sample(Class<?> type) throws Exception {
        Object known = SAMPLES.get(type);
        if (known != null) {
            return known;
        }
        if (type.isArray()) {
            return Array.newInstance(type.getComponentType(), 0);
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        Object made = made(type);
        if (made != null) {
            return made;
        }
        if (type.isInterface()) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> null);
        }
        return null;
    }

    /** By a constant of the type, a builder, a factory or a constructor; null: it has none of these. */
    private static @Nullable Object made(Class<?> type) throws Exception {
        for (Field field : type.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == type) {
                return field.get(null);
            }
        }
        Class<?> outer = type.getEnclosingClass();
        if (outer != null && type.getSimpleName().equals("Builder")) {
            for (Method method : outer.getMethods()) {
                if (method.getReturnType() == type && Modifier.isStatic(method.getModifiers())) {
                    return method.invoke(null, samples(method));
                }
            }
        }
        for (Method method : type.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())
                    && method.getReturnType() == type
                    && type.getName().startsWith("dev.meshclient.")
                    && !List.of(method.getParameterTypes()).contains(type)) {
                return method.invoke(null, samples(method));
            }
        }
        Constructor<?>[] constructors = type.getConstructors();
        return constructors.length == 0 || !type.getName().startsWith("dev.meshclient.")
                ? null
                : constructors[0].newInstance(samples(constructors[0]));
    }

    private static @Nullable Object[] samples(Executable executable) throws Exception {
        Class<?>[] types = executable.getParameterTypes();
        @Nullable Object[] arguments = new Object[types.length];
        for (int i = 0; i < types.length; i++) {
            arguments[i] = sample(types[i]);
        }
        return arguments;
    }

    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
    }

    /** The public types of the exported packages. */
    private static List<Class<?>> exported() throws Exception {
        Path classes = Path.of(
                Mesh.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<Class<?>> types = new ArrayList<>();
        Matcher exports = Pattern.compile("(?m)^ *exports ([a-z.]+);")
                .matcher(Files.readString(Path.of("src/main/java/module-info.java")));
        while (exports.find()) {
            try (Stream<Path> files =
                    Files.list(classes.resolve(exports.group(1).replace('.', '/')))) {
                for (Path file : files.sorted().toList()) {
                    String name = String.valueOf(file.getFileName());
                    if (name.endsWith(".class") && !name.equals("package-info.class")) {
                        Class<?> type = Class.forName(exports.group(1) + "." + name.substring(0, name.length() - 6));
                        if (isPublic(type)) {
                            types.add(type);
                        }
                    }
                }
            }
        }
        return types;
    }

    /** The methods and constructors that say anything else of a null, each with what it says. */
    private static List<String> bad(Class<?> type) throws Exception {
        List<String> bad = new ArrayList<>();
        List<Executable> all = new ArrayList<>(List.of(type.getDeclaredMethods()));
        if (!type.isRecord() || !type.getName().startsWith("dev.meshclient.policy.")) {
            all.addAll(List.of(type.getConstructors()));
        }
        for (Executable executable : all) {
            Class<?>[] parameters = executable.getParameterTypes();
            String name = executable instanceof Method method ? method.getName() : "new";
            boolean ours = Modifier.isPublic(executable.getModifiers())
                    && !executable.isSynthetic()
                    && (!type.isInterface()
                            || Modifier.isStatic(executable.getModifiers())) // of the user, or called by the mesh
                    && !NOT_TRIED.containsKey(name)
                    && !NOT_TRIED.containsKey(type.getSimpleName());
            for (int i = 0; ours && i < parameters.length; i++) {
                if (!parameters[i].isPrimitive() && !isNullLegal(executable, i)) {
                    String message = message(type, executable, i);
                    if (!message.matches("\\w+ must not be null: pass .*")) {
                        bad.add(type.getName().replaceFirst(".*[.]", "") + "." + name + " #" + i + ": " + message);
                    }
                }
            }
        }
        return bad;
    }

    private static boolean isNullLegal(Executable executable, int parameter) {
        AnnotatedType[] types = executable.getAnnotatedParameterTypes();
        return types[parameter].isAnnotationPresent(Nullable.class);
    }

    private static String message(Class<?> type, Executable executable, int nullAt) throws Exception {
        @Nullable Object[] arguments;
        try {
            arguments = samples(executable);
        } catch (InvocationTargetException e) {
            return "no sample: " + e.getCause();
        }
        try {
            arguments[nullAt] = null;
            if (executable instanceof Constructor<?> constructor) {
                constructor.newInstance(arguments);
            } else {
                boolean isStatic = Modifier.isStatic(executable.getModifiers());
                Object target = isStatic ? null : sample(type);
                if (target == null && !isStatic) {
                    return "no sample";
                }
                ((Method) executable).invoke(target, arguments);
            }
            return "no exception";
        } catch (InvocationTargetException e) {
            Throwable cause = Objects.requireNonNull(e.getCause());
            return cause instanceof NullPointerException ? String.valueOf(cause.getMessage()) : cause.toString();
        }
    }

    @Test
    void a_null_that_is_not_legal_is_named_with_what_to_pass() throws Exception {
        List<String> bad = new ArrayList<>();
        List<Class<?>> types = exported();
        try (TestMesh mesh = TestMesh.of(DOCUMENT)) {
            SAMPLES.put(TestMesh.class, mesh);
            SAMPLES.put(Mesh.class, mesh.mesh());
            SAMPLES.put(FakeService.class, mesh.service("orders"));
            for (Class<?> type : types) {
                bad.addAll(bad(type));
            }
        }

        assertThat(types)
                .contains(Mesh.Builder.class, Endpoint.Builder.class, AuthorizationPolicy.Source.Builder.class);
        assertThat(bad).isEmpty();
    }

    /** No policy can refer to an empty name. */
    @Test
    void a_certificate_or_token_without_a_name_is_refused() {
        assertThatThrownBy(() -> Mesh.builder().certificate("", sink -> () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a certificate needs the name that policy gives it: tls.credentialName");
        assertThatThrownBy(() -> Mesh.builder().token("", () -> "secret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a token needs the name that policy gives it: credentials.token");
    }
}
