package dev.meshclient.internal.events;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import java.util.ArrayList;
import java.util.List;

/** The observers of one call as one; an observer that throws keeps none of the others from being called. */
final class SeveralObservers implements CallObserver {
    private final ListenerFailures failures;
    private final CallObserver[] observers;

    private SeveralObservers(ListenerFailures failures, CallObserver[] observers) {
        this.failures = failures;
        this.observers = observers;
    }

    static Factory of(ListenerFailures failures, List<Factory> factories) {
        Factory[] all = factories.toArray(Factory[]::new);
        return call -> {
            List<CallObserver> made = new ArrayList<>(all.length);
            for (Factory factory : all) {
                try {
                    CallObserver observer = factory.observe(call);
                    if (observer != null) {
                        made.add(observer);
                    }
                } catch (Throwable e) { // Kotlin may throw any
                    failures.log(factory, e);
                }
            }
            return made.isEmpty() ? null : new SeveralObservers(failures, made.toArray(CallObserver[]::new));
        };
    }

    @Override
    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
        for (CallObserver observer : observers) {
            try {
                observer.attemptStarting(attempt, headers);
            } catch (Throwable e) { // Kotlin may throw any
                failures.log(observer, e);
            }
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        for (CallObserver observer : observers) {
            try {
                observer.attemptEnded(attempt);
            } catch (Throwable e) { // Kotlin may throw any
                failures.log(observer, e);
            }
        }
    }

    @Override
    public void ended(CallInfo call) {
        for (CallObserver observer : observers) {
            try {
                observer.ended(call);
            } catch (Throwable e) { // Kotlin may throw any
                failures.log(observer, e);
            }
        }
    }
}
