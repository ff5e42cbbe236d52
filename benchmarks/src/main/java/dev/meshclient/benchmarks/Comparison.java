package dev.meshclient.benchmarks;

import dev.meshclient.benchmarks.Figure.Baseline;
import dev.meshclient.benchmarks.Variant.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Meshed clients against plain ones in one JVM: all of them take turns, in another order each time. */
final class Comparison {
    private final Scenario scenario;
    private final CallPath path;
    private final List<Variant> variants;
    private final List<Figure> figures = new ArrayList<>();

    Comparison(Scenario scenario, CallPath path, List<Variant> variants) {
        this.scenario = scenario;
        this.path = path;
        this.variants = variants;
    }

    List<Figure> run(Effort effort) throws IOException {
        for (int i = 0; i < effort.warmUp(); i++) {
            for (Variant variant : variants) {
                variant.call();
            }
        }
        variants.forEach(variant -> variant.prepare(effort.rounds()));
        List<Variant> order = new ArrayList<>(variants);
        Random random = new Random(1);
        for (int round = 0; round < effort.rounds(); round++) {
            for (int turn = 0; turn < Effort.TURNS; turn++) {
                Collections.shuffle(order, random);
                for (Variant variant : order) {
                    variant.turn(round, effort.turn());
                }
            }
        }
        for (Variant variant : variants) {
            if (variant.role == Role.MESHED) {
                compare(variant);
            }
        }
        switches(all(Role.PLAIN_WITH_DEFAULTS).get(0));
        return figures;
    }

    private void compare(Variant meshed) {
        if (!all(Role.PLAIN_WITH_CALL_TIMEOUT).isEmpty()) {
            Baseline bytes = baseline(Role.PLAIN_WITH_CALL_TIMEOUT, variant -> variant.bytes);
            figures.add(Figure.of(scenario, path, meshed.name, Quantity.ADDED_BYTES, bytes.differences(meshed.bytes)));
            ratio(
                    meshed.name,
                    Quantity.THREAD_CPU,
                    meshed.thread,
                    baseline(Role.PLAIN_WITH_CALL_TIMEOUT, variant -> variant.thread));
        }
        ratio(
                meshed.name,
                Quantity.THREAD_CPU_AGAINST_DEFAULTS,
                meshed.thread,
                baseline(Role.PLAIN_WITH_DEFAULTS, variant -> variant.thread));
        ratio(
                meshed.name,
                Quantity.PROCESS_CPU,
                meshed.process,
                baseline(Role.PLAIN_WITH_DEFAULTS, variant -> variant.process));
        switches(meshed);
    }

    private void switches(Variant variant) {
        figures.add(Figure.of(scenario, path, variant.name, Quantity.SWITCHES, variant.switches));
        figures.add(Figure.of(scenario, path, variant.name, Quantity.SWITCHES_OF_OTHERS, variant.switchesOfOthers));
    }

    private void ratio(String subject, Quantity quantity, double[] rounds, Baseline baseline) {
        figures.add(Figure.of(scenario, path, subject, quantity, baseline.ratios(rounds))
                .withDrift(baseline.drift()));
    }

    private Baseline baseline(Role role, Function<Variant, double[]> rounds) {
        List<Variant> pair = all(role);
        return new Baseline(rounds.apply(pair.get(0)), rounds.apply(pair.get(1)));
    }

    private List<Variant> all(Role role) {
        return variants.stream().filter(variant -> variant.role == role).toList();
    }
}
