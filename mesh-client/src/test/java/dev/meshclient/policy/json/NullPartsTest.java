package dev.meshclient.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.PolicyProblem;
import dev.meshclient.policy.RefusedService;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Puts null into each component of each record of a policy. Where null means nothing, it is refused at once, with what to pass, or by
 * the check, with its path.
 */
class NullPartsTest {
    /** What became of the null, by record and component. */
    private final Map<String, String> outcomes = new TreeMap<>();

    private final Set<Class<?>> seen = new java.util.HashSet<>();

    private void walk(@Nullable Object node, Function<Object, Object> whole) throws Exception {
        if (node instanceof List<?> list) {
            for (int i = 0; i < list.size(); i++) {
                int at = i;
                walk(list.get(i), other -> {
                    List<Object> items = new ArrayList<>(list);
                    items.set(at, other);
                    return whole.apply(items);
                });
            }
        } else if (node instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                walk(entry.getValue(), other -> whole.apply(replaced(map, entry.getKey(), entry.getKey(), other)));
                walk(
                        entry.getKey(),
                        other -> whole.apply(
                                replaced(map, entry.getKey(), other, Objects.requireNonNull(entry.getValue()))));
            }
        } else if (node instanceof Record part) {
            RecordComponent[] components = part.getClass().getRecordComponents();
            seen.add(part.getClass());
            for (int i = 0; i < components.length; i++) {
                int at = i;
                walk(value(part, components[i]), other -> whole.apply(with(part, at, other)));
                boolean mayBeNull = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class)
                        || components[i].getType().isPrimitive();
                String name = part.getClass().getSimpleName() + "." + components[i].getName();
                if (!mayBeNull) {
                    outcomes.merge(
                            name,
                            outcome(components[i].getName(), () -> whole.apply(with(part, at, null))),
                            (before, now) -> before.startsWith("refused") ? now : before); // the worst of all documents
                }
            }
        }
    }

    private static Map<Object, Object> replaced(
            Map<?, ?> map, @Nullable Object key, @Nullable Object by, Object value) {
        Map<Object, Object> entries = new LinkedHashMap<>();
        map.forEach((k, v) -> entries.put(k.equals(key) ? by : k, k.equals(key) ? value : v));
        return entries;
    }

    private static @Nullable Object value(Record part, RecordComponent component) throws Exception {
        return component.getAccessor().invoke(part);
    }

    private static Object with(Record part, int at, @Nullable Object other) {
        RecordComponent[] components = part.getClass().getRecordComponents();
        Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        @Nullable Object[] values = new Object[types.length];
        try {
            for (int i = 0; i < types.length; i++) {
                values[i] = i == at ? other : value(part, components[i]);
            }
            return part.getClass().getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw (RuntimeException) e.getCause();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static String outcome(String component, java.util.function.Supplier<Object> policy) {
        try {
            MeshPolicy made = (MeshPolicy) policy.get();
            PolicyDocument document = PolicyDocument.of(made);
            return ofProblems(
                    component,
                    document.refused().values().stream()
                            .flatMap(s -> s.problems().stream())
                            .toList());
        } catch (PolicyException e) {
            return ofProblems(component, e.problems());
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            return (message.matches(component + " must not be null: pass .+") ? "refused at once: " : "bad: ")
                    + e.getClass().getSimpleName() + " " + message;
        }
    }

    private static String ofProblems(String component, List<PolicyProblem> problems) {
        return problems.stream()
                .filter(p -> p.path().endsWith("." + component) && p.value().equals("nothing"))
                .map(p -> "refused: " + p)
                .findFirst()
                .orElse(problems.isEmpty() ? "accepted" : "bad: " + problems);
    }

    private static Set<Class<?>> publicRecords() throws Exception {
        Set<Class<?>> records = new java.util.HashSet<>();
        Path classes = Path.of(MeshPolicy.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("dev/meshclient/policy");
        for (File file : Objects.requireNonNull(classes.toFile().listFiles())) {
            if (file.getName().endsWith(".class")) {
                Class<?> type = Class.forName("dev.meshclient.policy."
                        + file.getName().substring(0, file.getName().length() - 6));
                if (type.isRecord() && Modifier.isPublic(type.getModifiers())) {
                    records.add(type);
                }
            }
        }
        return records;
    }

    @Test
    void a_null_that_states_nothing_is_refused_wherever_it_stands() throws Exception {
        for (Path file : Fixtures.corpus("good")) {
            MeshPolicy policy = PolicyCodec.read(Fixtures.bytes(file)).policy();
            walk(policy, whole -> whole);
        }
        walk(DocumentScope.NOTHING, whole -> whole);
        walk(new RefusedService(List.of(), List.of()), whole -> whole);

        Set<String> unseen = new TreeSet<>();
        publicRecords().stream().filter(r -> !seen.contains(r)).forEach(r -> unseen.add(r.getName()));
        assertThat(unseen).containsExactly("dev.meshclient.policy.PolicyCheck$Written");
        assertThat(outcomes).hasSizeGreaterThan(60).allSatisfy((component, outcome) -> assertThat(outcome)
                .startsWith("refused"));
        assertThat(outcomes.values()).filteredOn(o -> o.startsWith("refused: ")).hasSizeGreaterThan(10);
    }
}
