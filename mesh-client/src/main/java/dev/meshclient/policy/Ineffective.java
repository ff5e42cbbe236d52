package dev.meshclient.policy;

import dev.meshclient.policy.SettingLevels.Combination;
import dev.meshclient.policy.SettingLevels.Level;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Stated fields of a section that can never act. A field that acts for one of the backends or rules that it applies to is none. */
final class Ineffective {
    private record Stated(Level level, String field) {}

    /** @param expected what would let the value act */
    private record Finding(Object value, String expected) {}

    private final String section;
    private final Map<Stated, Finding> found = new LinkedHashMap<>();
    private final Set<Stated> effective = new HashSet<>();

    Ineffective(String section) {
        this.section = section;
    }

    /**
     * Looks at a field where it applies.
     *
     * @param field empty: the section as a whole, which the value describes
     * @param expected what would let it act; null: it acts
     */
    void look(Combination of, String field, Function<Settings, @Nullable Object> value, @Nullable String expected) {
        Level level = of.stating(value);
        Object stated = level == null ? null : value.apply(level.settings());
        if (level == null || stated == null) {
            return;
        }
        if (expected == null) {
            effective.add(new Stated(level, field));
        } else {
            found.putIfAbsent(new Stated(level, field), new Finding(stated, expected));
        }
    }

    void report() {
        found.keySet().removeAll(effective);
        found.forEach((stated, finding) -> {
            Place place = stated.level.place().field(section);
            if (stated.field.isEmpty()) {
                place.wrongIn(finding.value.toString(), finding.expected);
            } else {
                place.field(stated.field).wrong(finding.value, finding.expected);
            }
        });
    }
}
