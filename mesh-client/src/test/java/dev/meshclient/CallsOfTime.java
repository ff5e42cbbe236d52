package dev.meshclient;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.Set;

/** Conditions for rules about calls of the JDK, as {@code type.method}; a constructor is {@code type.<init>}. */
final class CallsOfTime {
    static final Set<String> CLOCKS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.time.LocalDate.now",
            "java.time.LocalTime.now",
            "java.time.OffsetDateTime.now",
            "java.time.ZonedDateTime.now",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.Clock.system",
            "java.time.InstantSource.system",
            "java.util.Date.<init>");

    static final Set<String> SLEEPS = Set.of("java.lang.Thread.sleep");

    static final Set<String> WAITS = Set.of(
            "java.lang.Thread.sleep",
            "java.lang.Thread.<init>",
            "java.lang.Thread.start",
            "java.lang.Thread.join",
            "java.lang.Thread.yield",
            "java.lang.Thread.onSpinWait",
            "java.util.concurrent.ExecutorService.execute",
            "java.util.concurrent.ExecutorService.submit",
            "java.util.concurrent.ExecutorService.invokeAll",
            "java.util.concurrent.ExecutorService.invokeAny",
            "java.util.concurrent.ExecutorService.awaitTermination",
            "java.lang.Object.wait",
            "java.lang.Object.notify",
            "java.lang.Object.notifyAll");

    static final Set<String> CHANCES = Set.of(
            "java.lang.Math.random",
            "java.lang.StrictMath.random",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.ThreadLocalRandom.current");

    private CallsOfTime() {}

    @SafeVarargs
    static ArchCondition<JavaClass> callAny(Set<String>... sets) {
        Set<String> calls = new HashSet<>();
        for (Set<String> set : sets) {
            calls.addAll(set);
        }
        return new ArchCondition<>("call the system's clock, wait, start threads or draw") {
            @Override
            public void check(JavaClass user, ConditionEvents events) {
                for (JavaCodeUnitAccess<?> access : user.getCodeUnitAccessesFromSelf()) {
                    String call = access.getTargetOwner().getName() + "."
                            + access.getTarget().getName();
                    events.add(new SimpleConditionEvent(user, calls.contains(call), access.getDescription()));
                }
            }
        };
    }

    static ArchCondition<JavaClass> beNamed(Set<String> names) {
        return new ArchCondition<>("be one of " + names) {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                events.add(new SimpleConditionEvent(
                        item,
                        names.contains(item.getSimpleName()),
                        item.getName() + " is public, and not a door of its concept"));
            }
        };
    }
}
