/** The service that takes orders and calls inventory. */
@NullMarked
package dev.meshclient.examples.boot.orders;

import org.jspecify.annotations.NullMarked;
