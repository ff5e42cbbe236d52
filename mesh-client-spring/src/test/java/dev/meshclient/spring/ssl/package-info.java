@NullMarked
package dev.meshclient.spring.ssl;

import org.jspecify.annotations.NullMarked;
