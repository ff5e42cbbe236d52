package dev.meshclient.internal.authz;

/** Kleene's three values: what is not known is neither. */
enum Truth {
    NO,
    MAYBE,
    YES;

    static Truth of(boolean value) {
        return value ? YES : NO;
    }

    Truth not() {
        return switch (this) {
            case NO -> YES;
            case MAYBE -> MAYBE;
            case YES -> NO;
        };
    }
}
