package dev.meshclient.internal.authz;

import dev.meshclient.internal.time.StepTime;

/** Step time whose tasks run where they are started. */
final class InlineTime extends StepTime {
    @Override
    public void start(String name, Runnable task) {
        task.run();
    }
}
