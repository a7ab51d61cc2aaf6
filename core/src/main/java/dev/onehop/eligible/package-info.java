@NullMarked
package dev.onehop.eligible;

import org.jspecify.annotations.NullMarked;
