package dev.meshclient.spring.service;

import dev.meshclient.MeshOptions;
import dev.meshclient.spring.MeshConfigurationException;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.StringValueResolver;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.invoker.HttpRequestValues;

/** The {@link MeshTimeout} and {@link MeshRetry} of the methods of a group, added to each request as its {@link MeshOptions}. */
final class MethodOptions implements HttpRequestValues.Processor {
    /** The name of the request attribute, which both transports hand to the mesh. */
    private static final String ATTRIBUTE = OkHttpClientHttpRequestFactory.MESH_OPTIONS;

    private final Map<Method, MeshOptions> stated = new HashMap<>();

    /** @throws MeshConfigurationException if an annotation is not usable; it names the method */
    MethodOptions(Collection<Class<?>> types, StringValueResolver placeholders) {
        for (Class<?> type : types) {
            for (Method method : type.getMethods()) {
                if (!isExchange(method)) {
                    refuse(method);
                }
            }
            MethodIntrospector.selectMethods(type, MethodOptions::isExchange)
                    .forEach(method -> add(method, options(type, method, placeholders)));
        }
    }

    /** Refuses annotations on interfaces outside the mesh, where they have no effect. */
    static void refuse(String group, Collection<Class<?>> types) {
        types.forEach(type -> Stream.concat(Stream.of(type), Stream.of(type.getMethods()))
                .filter(element -> AnnotatedElementUtils.hasAnnotation(element, MeshTimeout.class)
                        || AnnotatedElementUtils.hasAnnotation(element, MeshRetry.class))
                .findFirst()
                .ifPresent(element -> {
                    throw new MeshConfigurationException(
                            (element instanceof Method method ? name(method) : type.getName())
                                    + " has @MeshTimeout or @MeshRetry, which has no effect: its group '" + group
                                    + "' is not in the mesh.",
                            "Put @MeshClient on the interface, or state mesh://<service> as"
                                    + " spring.http.serviceclient." + group + ".base-url, or remove the annotation.");
                }));
    }

    @Override
    public void process(
            Method method,
            MethodParameter[] parameters,
            @Nullable Object[] arguments,
            HttpRequestValues.Builder request) {
        MeshOptions ofMethod = stated.get(method);
        if (ofMethod != null) {
            request.configureAttributes(attributes -> attributes.compute(
                    ATTRIBUTE,
                    (name, options) ->
                            options instanceof MeshOptions callers ? narrowed(callers, ofMethod) : ofMethod));
        }
    }

    /** The options of a caller, as a {@code @RequestAttribute}, and those of the method. */
    private static MeshOptions narrowed(MeshOptions callers, MeshOptions ofMethod) {
        MeshOptions options = ofMethod.isIdempotent() ? callers.withIdempotent() : callers;
        Duration timeout = ofMethod.timeout();
        Duration shorter = callers.timeout();
        if (timeout != null && (shorter == null || timeout.compareTo(shorter) < 0)) {
            options = options.withTimeout(timeout);
        }
        int most = ofMethod.maxAttempts();
        boolean fewer = most > 0 && (callers.maxAttempts() == 0 || most < callers.maxAttempts());
        return fewer ? options.withMaxAttempts(most) : options;
    }

    private void add(Method method, MeshOptions options) {
        MeshOptions other = stated.putIfAbsent(method, options);
        if (other != null && !other.toString().equals(options.toString())) {
            throw new MeshConfigurationException(
                    name(method)
                            + " is inherited by two interfaces of one group, whose @MeshTimeout or @MeshRetry differ.",
                    "Put the annotation on the method, or the interfaces into two groups: a call does not show its interface.");
        }
    }

    private static MeshOptions options(Class<?> type, Method method, StringValueResolver placeholders) {
        MeshOptions options = MeshOptions.DEFAULT;
        MeshTimeout timeout = find(type, method, MeshTimeout.class);
        if (timeout != null) {
            options = options.withTimeout(duration(method, timeout.value(), placeholders));
        }
        MeshRetry retry = find(type, method, MeshRetry.class);
        return retry == null ? options : retried(method, retry, options, placeholders);
    }

    private static MeshOptions retried(
            Method method, MeshRetry retry, MeshOptions options, StringValueResolver placeholders) {
        boolean limited = !retry.maxAttempts().isEmpty();
        if (!retry.idempotent() && !retry.off() && !limited) {
            throw new MeshConfigurationException(
                    name(method) + " has a @MeshRetry that states nothing.",
                    "State idempotent = true, maxAttempts or off = true, or remove it.");
        }
        if (retry.off() && limited) {
            throw new MeshConfigurationException(
                    name(method) + " has a @MeshRetry with off = true and maxAttempts = \"" + retry.maxAttempts()
                            + "\".",
                    "State one of them: off is maxAttempts = \"1\".");
        }
        MeshOptions stated = retry.idempotent() ? options.withIdempotent() : options;
        if (retry.off()) {
            return stated.withoutRetries();
        }
        return limited ? stated.withMaxAttempts(attempts(method, retry.maxAttempts(), placeholders)) : stated;
    }

    private static int attempts(Method method, String value, StringValueResolver placeholders) {
        try {
            int attempts = Integer.parseInt(
                    String.valueOf(placeholders.resolveStringValue(value)).strip());
            if (attempts < 1) {
                throw new IllegalArgumentException("a call has at least one attempt");
            }
            return attempts;
        } catch (IllegalArgumentException e) {
            throw new MeshConfigurationException(
                    name(method) + " has @MeshRetry(maxAttempts = \"" + value + "\"): " + e.getMessage() + ".",
                    "State a whole number greater than zero such as 2, or a placeholder of one.");
        }
    }

    private static Duration duration(Method method, String value, StringValueResolver placeholders) {
        try {
            Duration duration = DurationStyle.detectAndParse(String.valueOf(placeholders.resolveStringValue(value)));
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException("a timeout is greater than zero");
            }
            return duration;
        } catch (IllegalArgumentException e) {
            throw new MeshConfigurationException(
                    name(method) + " has @MeshTimeout(\"" + value + "\"): " + e.getMessage() + ".",
                    "State a duration such as 250ms or 2s, or a placeholder of one.");
        }
    }

    private static void refuse(Method method) {
        if (AnnotatedElementUtils.hasAnnotation(method, MeshTimeout.class)
                || AnnotatedElementUtils.hasAnnotation(method, MeshRetry.class)) {
            throw new MeshConfigurationException(
                    name(method) + " has @MeshTimeout or @MeshRetry, and is no HTTP exchange: it makes no call.",
                    "Put the annotation on a method with @HttpExchange, @GetExchange or another of them, or remove it.");
        }
    }

    private static boolean isExchange(Method method) {
        return AnnotatedElementUtils.hasAnnotation(method, HttpExchange.class);
    }

    private static <A extends Annotation> @Nullable A find(Class<?> type, Method method, Class<A> annotation) {
        A ofMethod = AnnotatedElementUtils.findMergedAnnotation(method, annotation);
        return ofMethod != null ? ofMethod : AnnotatedElementUtils.findMergedAnnotation(type, annotation);
    }

    private static String name(Method method) {
        return method.getDeclaringClass().getName() + "." + method.getName();
    }
}
