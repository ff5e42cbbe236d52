package dev.meshclient.spring.actuate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.MeshStatus;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyProblem;
import java.beans.Introspector;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import tools.jackson.databind.json.JsonMapper;

/** A status of which each fact has a value of its own: a method that is added to it fails here until a page shows it. */
class MeshStatusOnPagesTest {
    private static final Set<String> OTHER_FORMS = Set.of("toString", "toJson", "toMermaid", "toDot");

    @Test
    void every_fact_of_the_status_is_on_a_page() {
        Facts facts = new Facts();
        MeshStatus status = facts.of(MeshStatus.class);
        MeshStatus.Service service = status.services().values().iterator().next();
        SanitizedValues shown = new SanitizedValues(new Sanitizer(List.of()), true);
        String pages = JsonMapper.builder()
                .build()
                .writeValueAsString(List.of(
                        MeshDescriptor.of(status, true, null, List.of(), shown),
                        ServiceDescriptor.of("orders", service, service.effective(), shown)));

        assertThat(facts.stated).hasSizeGreaterThan(100);
        facts.stated.forEach((fact, value) -> assertThat(pages).as(fact).contains(value));
    }

    /** Implements the interfaces of a status. */
    private static final class Facts {
        /** What a page must have, by the methods that lead to it. */
        private final Map<String, String> stated = new TreeMap<>();

        <T> T of(Class<T> type) {
            return type.cast(of(type, ""));
        }

        private Object of(Class<?> type, String path) {
            Map<String, Object> results = new TreeMap<>();
            for (Method method : type.getMethods()) {
                if (Modifier.isAbstract(method.getModifiers()) && !OTHER_FORMS.contains(method.getName())) {
                    String fact = path + "/" + method.getName();
                    results.put(method.getName(), fact(method.getGenericReturnType(), fact, method.getName()));
                }
            }
            InvocationHandler handler = (proxy, method, arguments) -> method.isDefault()
                    ? InvocationHandler.invokeDefault(proxy, method, arguments)
                    : requireNonNull(results.get(method.getName()), method.getName());
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
        }

        private Object fact(Type type, String path, String name) {
            if (type instanceof ParameterizedType generic) {
                Type[] of = generic.getActualTypeArguments();
                return generic.getRawType() == List.class
                        ? List.of(fact(of[0], path, name))
                        : Map.of(fact(of[0], path + "/key", name), fact(of[1], path, name));
            }
            Class<?> plain = (Class<?>) type;
            if (plain.isInterface()) {
                return of(plain, path);
            }
            int number = 1_000 + stated.size();
            String text = "text-" + number;
            if (plain == boolean.class) {
                return stated(path, true, Introspector.decapitalize(name.replaceFirst("^is", "")) + "\":true");
            } else if (plain.isEnum()) {
                Enum<?> first = (Enum<?>) plain.getEnumConstants()[0];
                return stated(path, first, name + "\":\"" + StatusValues.word(first) + "\"");
            } else if (plain == Duration.class) {
                Duration duration = Duration.ofSeconds(number);
                return stated(path, duration, duration.toString());
            } else if (plain == Locality.class) {
                return stated(path, new Locality(text, "", ""), text);
            } else if (plain == PolicyProblem.class) {
                return stated(path, PolicyProblem.at(text, "", "", 1), text);
            } else if (plain == double.class) {
                return stated(path, number + 0.5, number + ".5");
            } else if (plain == long.class) {
                return stated(path, (long) number, ":" + number);
            }
            return plain == int.class ? stated(path, number, ":" + number) : stated(path, text, text);
        }

        private Object stated(String path, Object value, String shown) {
            stated.put(path, shown);
            return value;
        }
    }
}
