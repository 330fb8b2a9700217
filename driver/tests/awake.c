// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: keeps the virtio devices of a guest awake while all others are put to sleep. One of them carries the root
 * file system, and the kernel's 9p over virtio has neither freeze nor restore: it would not come back.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>

static void awake_set(bool awake)
{
	struct pci_dev *pdev = NULL;

	while ((pdev = pci_get_device(PCI_VENDOR_ID_REDHAT_QUMRANET, PCI_ANY_ID, pdev)))
		dev_pm_syscore_device(&pdev->dev, awake);
}

static int __init awake_init(void)
{
	awake_set(true);
	return 0;
}
module_init(awake_init);

static void __exit awake_exit(void)
{
	awake_set(false);
}
module_exit(awake_exit);

MODULE_DESCRIPTION("Keeps virtio devices out of system sleep");
MODULE_LICENSE("GPL");
